"""Write docs/reference/*.md from the code itself, so that no page can say what the code does not do.

`make docs` writes them; tests/repo/test_docs.py fails when one is out of date. The texts around the tables, and the
Chinese of settings and commands, whose own texts are English, stand in tools/reference_words.toml.
"""

import argparse
import csv
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from jiqun import settings
from jiqun.cli.main import build_parser
from jiqun.core.facts import SUBJECT_KINDS
from jiqun.core.indicators import IndicatorTable
from jiqun.core.units import Kind, UnitTable, addable
from jiqun.lake.catalogue import TABLES
from jiqun.ledger.roles import LABELS, ROLES, UNSCOPED, Permission

ROOT = Path(__file__).resolve().parent.parent
PACKS = ROOT / "packs"
OUT = ROOT / "docs" / "reference"
WORDS = tomllib.loads(
    (Path(__file__).with_suffix("")).with_name("reference_words.toml").read_text(encoding="utf-8")
)
MADE = "<!-- made by tools/reference.py (`make docs`); do not edit -->\n"
FAMILIES = (
    (10, "InputError", "改正文件或输入后再交", "fix what was handed in and hand it in again"),
    (11, "EvidenceMissing", "材料不足：补齐材料", "evidence is missing: ask for it"),
    (12, "PackError", "规则包有误：改正规则包", "a pack is wrong: fix the pack"),
    (13, "NotAllowed", "本人无权：找有权的人", "this person may not: ask one who may"),
    (14, "WrongState", "此刻不行：先看它现在的状态", "not at this moment: look at its state first"),
    (15, "SourceDown", "存储或服务无应答：稍后再试", "a store or service does not answer: try again"),
)
KIND_WORDS = {
    Kind.LEVEL: ("水平量", "level"), Kind.SHARE: ("占比、率", "share"), Kind.GROWTH: ("增速", "growth rate"),
    Kind.POINTS: ("百分点之差", "difference in points"), Kind.COMPLETION: ("完成率", "completion rate"),
    Kind.RANK: ("位次", "rank"), Kind.FLAG: ("状态：是否", "state: yes or no"),
    Kind.CHOICE: ("状态：选项", "state: one of some words"), Kind.DATE: ("状态：日期", "state: a day"),
}  # fmt: skip


def cell(text: object) -> str:
    """A text as it can stand in a cell of a Markdown table."""
    plain = str(text).replace("|", "\\|").replace("\n", " ").strip()
    return plain if plain.startswith("`") else plain.replace("<", "&lt;")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *([cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def code(text: str) -> str:
    """A text as code; nothing for nothing."""
    return f"`{text}`" if text else ""


def intro(page: str, **facts: object) -> str:
    """What stands before the tables of a page; a name in braces and a colon gives way to its value."""
    text: str = WORDS["intros"][page]
    for name, value in facts.items():
        text = text.replace("{" + name + ":}", str(value))
    return text + "\n"


def settings_page() -> str:
    """Every environment variable with its default."""
    said = WORDS["settings"]
    rows = [(code(s.name), code(s.default), said.get(s.name, ""), s.help) for s in settings.SETTINGS]
    return intro("settings") + table(("名称 Name", "默认 Default", "含义", "Meaning"), rows)


def leaves(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str, object]]:
    """Every command of the tree: its words, its help and its parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {item.dest: item.help or "" for item in action._choices_actions}
            for name, below in action.choices.items():
                if any(isinstance(one, argparse._SubParsersAction) for one in below._actions):
                    yield from leaves(below, (*path, name))
                else:
                    yield (*path, name), helps.get(name, ""), below


def shown(action: argparse.Action) -> str:
    """An argument as one types it."""
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    if not action.option_strings:
        return f"[{value}]" if action.nargs == "?" else str(value)
    return ", ".join(action.option_strings) + ("" if action.nargs == 0 else f" {value}")


def argument_zh(words: str, dest: str) -> str:
    """Chinese of an argument: of this command, else of every command that has it."""
    said = WORDS["arguments"]
    return said.get(f"{words} {dest}") or said.get(dest, "")


def commands_page() -> str:
    """The command tree."""
    said = WORDS["commands"]
    parts = [intro("commands")]
    for path, english, parser in leaves(build_parser()):
        words = " ".join(path)
        arguments = [
            one
            for one in parser._actions  # type: ignore[attr-defined]
            if one.dest not in ("help", "home", "lang") and one.help is not argparse.SUPPRESS
        ]
        places = " ".join(shown(one) for one in arguments if not one.option_strings)
        parts.append(f"\n## jiqun {words}\n\n{said.get(words, '')}\n{english[:1].upper()}{english[1:]}.\n")
        parts.append(f"\n```\njiqun {words}{' ' + places if places else ''}\n```\n")
        if arguments:
            rows = [(code(shown(one)), argument_zh(words, one.dest), one.help or "") for one in arguments]
            parts.append("\n" + table(("参数 Argument", "含义", "Meaning"), rows))
    return "".join(parts)


def roles_page() -> str:
    """Roles, permissions and who has which."""
    sentences = [(code(role.key), f"{role.zh} / {role.en}", role.says_zh, role.says_en,
                  " ".join(role.scope_kinds)) for role in ROLES.values()]  # fmt: skip
    heads = ("权限 Permission", "", *(role.zh for role in ROLES.values()))
    rows = [
        (code(one.value), f"{LABELS[one][0]} {LABELS[one][1]}" + ("" if one in UNSCOPED else " ◎"),
         *("●" if one in role.permissions else "" for role in ROLES.values()))
        for one in Permission
    ]  # fmt: skip
    sentence_heads = ("键 Key", "名称 Name", "能做什么", "What it may do", "可授范围 Scopes")
    return (
        intro("roles") + table(sentence_heads, sentences) + "\n" + table(heads, rows) + "\n" + intro("scopes")
    )


def indicators_page() -> str:
    """Every indicator, file by file."""
    units = UnitTable.load(PACKS / "units.toml")
    known = IndicatorTable.load(PACKS / "indicators", units)
    parts = [intro("indicators", count=len(known))]
    for path in sorted((PACKS / "indicators").glob("*.toml")):
        keys = tomllib.loads(path.read_text(encoding="utf-8"))
        found = [known.get(key) for key in keys]
        rows = [
            (code(i.key), i.label["zh"], i.label["en"], i.unit, i.kind.value, i.stock_or_flow.value, i.adds.value,
             f"{i.definition['zh']} {i.definition['en']}" + (f" = `{i.expression}`" if i.expression else "")
             + (f" {'、'.join(i.choices)}" if i.choices else ""))
            for i in found
        ]  # fmt: skip
        heads = (
            "键 Key",
            "名称",
            "Name",
            "单位 Unit",
            "种类 Kind",
            "Stock or flow",
            "汇总 Adds",
            "定义 Definition",
        )
        parts.append(f"\n## {path.stem}\n\n" + table(heads, rows))
    return "".join(parts)


def tables_page() -> str:
    """What a handed-in file may hold, and the lake's own tables."""
    parts = [intro("tables")]
    heads = ("字段 Field", "类型 Type", "必填 Required", "认得的表头 Known headers", "含义", "Meaning")
    for path in sorted((PACKS / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            fields = list(csv.DictReader(file))
        rows = [
            (code(f["column"]), f["type"], "●" if f["required"] == "yes" else "", f["aliases"].replace(";", "、"),
             f["meaning_zh"], f["meaning_en"])
            for f in fields
        ]  # fmt: skip
        parts.append(f"\n### {path.stem}\n\n" + table(heads, rows))
    parts += ["\n", intro("lake", kinds=" ".join(code(kind) for kind in SUBJECT_KINDS))]
    for one in TABLES.values():
        rows = [(code(c.name), c.type, c.unit, c.meaning_zh, c.meaning_en) for c in one.columns]
        parts.append(f"\n### {one.name}\n\n{one.meaning_zh}\n{one.meaning_en}.\n\n")
        parts.append(table(("列 Column", "类型 Type", "单位 Unit", "含义", "Meaning"), rows))
    return "".join(parts)


def errors_page() -> str:
    """Families and every code with its sentence."""
    told = tomllib.loads((PACKS / "errors.toml").read_text(encoding="utf-8"))
    flat = [
        (f"{family}.{name}", entry) for family, entries in told.items() for name, entry in entries.items()
    ]
    parts = [intro("errors"), table(("退出码 Exit", "类 Family", "怎么办", "Remedy"), FAMILIES)]
    for family, group in groupby(flat, key=lambda item: item[0].partition(".")[0]):
        rows = [(code(key), e["zh"], e["next_zh"], e["en"], e["next_en"]) for key, e in group]
        parts.append(f"\n## {family}\n\n" + table(("代码 Code", "说明", "下一步", "What", "Next step"), rows))
    return "".join(parts)


def units_page() -> str:
    """Units with their exact factors, and the kinds a number can be."""
    told = tomllib.loads((PACKS / "units.toml").read_text(encoding="utf-8"))
    rows = [
        (
            code(key),
            u["label"]["zh"],
            u["label"]["en"],
            u["dimension"],
            u["factor"],
            "、".join(u.get("aliases", ())),
        )
        for key, u in told.items()
    ]
    kinds = [(code(kind.value), *KIND_WORDS[kind], "●" if addable(kind, kind) else "") for kind in Kind]
    return (
        intro("units")
        + table(("符号 Symbol", "名称", "Name", "量纲 Dimension", "系数 Factor", "别写 Aliases"), rows)
        + "\n## 数的种类 Kinds of number\n\n"
        + table(("键 Key", "中文", "English", "可相加 Adds"), kinds)
    )


PAGES = {
    "settings": settings_page, "commands": commands_page, "roles": roles_page, "indicators": indicators_page,
    "tables": tables_page, "errors": errors_page, "units": units_page,
}  # fmt: skip


def made() -> dict[str, str]:
    """Every page by its file name."""
    return {f"{name}.md": re.sub(r"\n{3,}", "\n\n", MADE + "\n" + write()) for name, write in PAGES.items()}


def main() -> int:
    """Write the pages that differ; says which."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, text in made().items():
        path = OUT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
