"""Write docs/reference/*.md from the code itself, so that no page can say what the code does not do.

`make docs` writes them; tests/repo/test_docs.py fails when one is out of date. The Chinese of settings and commands, whose
own texts are English, stands in tools/reference_zh.toml.
"""

import argparse
import csv
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
CHINESE = tomllib.loads((Path(__file__).with_suffix("")).with_name("reference_zh.toml").read_text(encoding="utf-8"))
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
    Kind.RANK: ("位次", "rank"),
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


def settings_page() -> str:
    """Every environment variable with its default."""
    said = CHINESE["settings"]
    rows = [(code(s.name), code(s.default), said.get(s.name, ""), s.help) for s in settings.SETTINGS]
    return (
        "# 设置 Settings\n\n每个进程启动时从环境变量读取；`--home` 优先于 `JIQUN_HOME`。\n"
        "Read from the environment when a process starts; `--home` goes before `JIQUN_HOME`.\n\n"
        + table(("名称 Name", "默认 Default", "含义", "Meaning"), rows)
    )


def leaves(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, object]]:
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
    said = CHINESE["arguments"]
    return said.get(f"{words} {dest}") or said.get(dest, "")


def commands_page() -> str:
    """The command tree."""
    said = CHINESE["commands"]
    parts = [
        "# 命令 Commands\n\n每个命令都接受 `--home DIR`（数据目录，或 `JIQUN_HOME`）与 `--lang zh|en`。从检出的目录里运行时写作 `.venv/bin/jiqun`。\n"
        "Every command takes `--home DIR` (the data folder, or `JIQUN_HOME`) and `--lang zh|en`. From a checkout it is "
        "`.venv/bin/jiqun`.\n\n退出码 Exit codes: `0` 完成 done · `1` 程序缺陷或核对不符 a defect of ours, or a check that found "
        "differences · `2` 命令写错 wrong words · `10`–`15` 见[错误](errors.md) see [errors](errors.md) · `130` 被人停下，"
        "重新运行同一命令即可完成 stopped by the person; the same command again finishes the work.\n"
    ]
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
    sentences = [(code(role.key), f"{role.zh}<br>{role.en}".replace("<br>", " / "), role.says_zh, role.says_en,
                  " ".join(role.scope_kinds)) for role in ROLES.values()]  # fmt: skip
    heads = ("权限 Permission", "", *(role.zh for role in ROLES.values()))
    rows = [
        (code(one.value), f"{LABELS[one][0]} {LABELS[one][1]}" + ("" if one in UNSCOPED else " ◎"),
         *("●" if one in role.permissions else "" for role in ROLES.values()))
        for one in Permission
    ]  # fmt: skip
    return (
        "# 角色与权限 Roles and permissions\n\n角色按范围授予；◎ 表示只在所授范围内有效，其余不问范围。接口令牌只能比本人更窄。\n"
        "A role is held for a scope; ◎ marks permissions that hold within the scope only, the others do not ask where. "
        "A token can only be narrower than its person.\n\n"
        + table(("键 Key", "名称 Name", "能做什么", "What it may do", "可授范围 Scopes"), sentences)
        + "\n"
        + table(heads, rows)
        + "\n范围 Scopes: `all` 全省 everything · `region` 地区及下级 a place and all below · `cluster` 集群 · `chain` 产业链 · "
        "`enterprise` 企业 one enterprise.\n"
    )


def indicators_page() -> str:
    """Every indicator, file by file."""
    units = UnitTable.load(PACKS / "units.toml")
    known = IndicatorTable.load(PACKS / "indicators", units)
    parts = [
        f"# 指标 Indicators\n\n共 {len(known)} 个，写在 `packs/indicators/*.toml`。种类不同的数不比较、不相加；`none` 表示不汇总。\n"
        f"{len(known)} in all, declared in `packs/indicators/*.toml`. Different kinds are never compared or added; `none` does "
        "not roll up.\n"
    ]
    for path in sorted((PACKS / "indicators").glob("*.toml")):
        keys = tomllib.loads(path.read_text(encoding="utf-8"))
        found = [known.get(key) for key in keys]
        rows = [
            (code(i.key), i.label["zh"], i.label["en"], i.unit, i.kind.value, i.stock_or_flow.value, i.adds.value,
             f"{i.definition['zh']} {i.definition['en']}" + (f" = `{i.expression}`" if i.expression else ""))
            for i in found
        ]  # fmt: skip
        heads = ("键 Key", "名称", "Name", "单位 Unit", "种类 Kind", "Stock or flow", "汇总 Adds", "定义 Definition")
        parts.append(f"\n## {path.stem}\n\n" + table(heads, rows))
    return "".join(parts)


def tables_page() -> str:
    """What a handed-in file may hold, and the lake's own tables."""
    parts = [
        "# 表 Tables\n\n## 可以交来的表 What can be handed in\n\n写在 `packs/tables/*.csv`；表头按名称或别名对应，其余用 `--map MAP.toml`。\n"
        "Declared in `packs/tables/*.csv`; headers are matched by name or alias, the rest by `--map MAP.toml`.\n"
    ]
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
    parts.append(
        "\n主体类别 Kinds of subject: " + " ".join(code(kind) for kind in SUBJECT_KINDS) + "\n"
        "\n## 事实库的表 Tables of the lake\n\n`HOME/lake/tables/<表>` 是 Delta 表，任何能读 Delta 的工具都能打开；只增不改。\n"
        "`HOME/lake/tables/<table>` are Delta tables that any Delta reader opens; rows are appended, never changed.\n"
    )
    for one in TABLES.values():
        rows = [(code(c.name), c.type, c.unit, c.meaning_zh, c.meaning_en) for c in one.columns]
        parts.append(f"\n### {one.name}\n\n{one.meaning_zh}\n{one.meaning_en}.\n\n")
        parts.append(table(("列 Column", "类型 Type", "单位 Unit", "含义", "Meaning"), rows))
    return "".join(parts)


def errors_page() -> str:
    """Families and every code with its sentence."""
    told = tomllib.loads((PACKS / "errors.toml").read_text(encoding="utf-8"))
    flat = [(f"{family}.{name}", entry) for family, entries in told.items() for name, entry in entries.items()]
    parts = [
        "# 错误与提示 Errors and flags\n\n每个错误有固定的代码；句子写在 `packs/errors.toml`。页面、接口和命令行用同一形状："
        "`{ok, code, error, errors, status}`。\nEach error has a stable code; the sentences stand in `packs/errors.toml`. Pages, API "
        "and command line use one shape: `{ok, code, error, errors, status}`.\n\n"
        + table(("退出码 Exit", "类 Family", "怎么办", "Remedy"), FAMILIES)
    ]
    for family, group in groupby(flat, key=lambda item: item[0].partition(".")[0]):
        rows = [(code(key), e["zh"], e["next_zh"], e["en"], e["next_en"]) for key, e in group]
        parts.append(f"\n## {family}\n\n" + table(("代码 Code", "说明", "下一步", "What", "Next step"), rows))
    return "".join(parts)


def units_page() -> str:
    """Units with their exact factors, and the kinds a number can be."""
    told = tomllib.loads((PACKS / "units.toml").read_text(encoding="utf-8"))
    rows = [
        (code(key), u["label"]["zh"], u["label"]["en"], u["dimension"], u["factor"], "、".join(u.get("aliases", ())))
        for key, u in told.items()
    ]
    kinds = [(code(kind.value), *KIND_WORDS[kind], "●" if addable(kind, kind) else "") for kind in Kind]
    return (
        "# 计量单位 Units\n\n换算系数是精确的分数；量纲相同（或一方在另一方之下）才能换算。\n"
        "Factors are exact fractions; two units convert when their dimensions are equal or one lies under the other.\n\n"
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
    return {f"{name}.md": MADE + "\n" + write() for name, write in PAGES.items()}


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
