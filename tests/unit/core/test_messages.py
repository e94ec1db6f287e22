"""Messages: what, where, seen, allowed, next step, in that order and in both languages."""

from pathlib import Path
from string import Formatter

import pytest

from jiqun.core.errors import InputError, NotFound, PackError, RowError, RowErrors
from jiqun.core.messages import Messages

ROW = RowError("企业.csv", 7, "unit", "gate.unknown_unit", "亿圆", "元 万元 亿元")


def test_the_chinese_sentence_has_its_five_parts_in_order(messages: Messages) -> None:
    assert messages.sentence(ROW, "zh-hans") == (
        "不认识这个计量单位。位置：文件 企业.csv，第 7 行，“unit”列。看到：亿圆。允许：元 万元 亿元。请改用单位表中的写法。"
    )


def test_the_english_sentence_has_its_five_parts_in_order(messages: Messages) -> None:
    assert messages.sentence(ROW, "en") == (
        "The unit is not known. Where: file 企业.csv, row 7, column “unit”. Seen: 亿圆. "
        "Allowed: 元 万元 亿元. Use a unit of the unit table."
    )


def test_parts_that_are_unknown_are_left_out(messages: Messages) -> None:
    assert messages.sentence(NotFound("batch.not_found"), "zh") == "没有这个批次。请在批次页查看编号。"
    whole_file = RowError("a.csv", None, "", "gate.empty_file", "", "")
    assert messages.sentence(whole_file, "zh") == "文件里没有数据行。位置：文件 a.csv。请确认选对了文件。"


def test_placeholders_are_filled_and_a_missing_one_does_not_break(messages: Messages) -> None:
    assert "5 分钟" in messages.sentence(InputError("auth.too_many_attempts", minutes=5), "zh")
    assert "—" in messages.sentence(InputError("auth.too_many_attempts"), "zh")


def test_what_was_seen_is_cut_short(messages: Messages) -> None:
    row = RowError("a.csv", 2, "name", "gate.bad_number", "九" * 500, "")
    assert len(messages.sentence(row, "zh")) < 200


def test_braces_in_what_was_seen_are_text(messages: Messages) -> None:
    row = RowError("{file}.csv", 2, "{0}", "gate.bad_number", "{seen.__class__}", "{}")
    assert "{seen.__class__}" in messages.sentence(row, "en")


def test_an_unknown_code_still_gives_a_sentence(messages: Messages) -> None:
    assert messages.sentence(InputError("gate.never_heard_of"), "en") == "Error gate.never_heard_of."


def test_row_errors_give_one_sentence_each(messages: Messages) -> None:
    assert len(messages.sentences(RowErrors([ROW, ROW]), "en")) == 2


def test_every_message_is_whole_in_both_languages(messages: Messages) -> None:
    assert len(messages.codes()) > 60
    for code in messages.codes():
        chinese, english = messages.what(code, "zh"), messages.what(code, "en")
        assert any("一" <= c <= "鿿" for c in chinese), code
        assert english[0].isupper() or english[0] in "“{0123456789—", code
        assert messages.next_step(code, "zh"), code
        assert messages.next_step(code, "en"), code


def test_both_languages_use_the_same_placeholders(messages: Messages) -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for code in messages.codes():
        message = messages._messages[code]
        assert names(message.what["zh"]) == names(message.what["en"]), code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[gate.x]\nzh='甲'\nen='A'\nnext_zh='乙'\n", "pack.missing_text"),
        ("[gate.x]\nzh='甲{'\nen='A'\nnext_zh='乙'\nnext_en='B'\n", "pack.bad_placeholder"),
        ("gate = 1\n", "pack.not_a_table"),
        ("[gate\n", "pack.not_toml"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "errors.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        Messages.load(path)
    assert caught.value.code == code
    assert caught.value.facts["file"] == str(path)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"pack\.unreadable"):
        Messages.load(tmp_path / "none.toml")
