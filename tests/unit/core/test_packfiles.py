"""Pack files: read whole or refused, the complaint naming file and key."""

from pathlib import Path

import pytest

from jiqun.core.errors import PackError
from jiqun.core.packfiles import as_table, labels_in, read_csv, read_toml, tables_of, text_in, texts_in


def written(folder: Path, text: str, name: str = "a.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_toml_file_is_read_in_order(tmp_path: Path) -> None:
    path = written(tmp_path, "[b]\nx = 1\n[a]\nx = 2\n")
    assert [(key, table["x"]) for key, table in tables_of(path)] == [("b", 1), ("a", 2)]


@pytest.mark.parametrize("text", ["[a]\n[a]\n", "x = 01\n", "x =\n", "x = 1\nx = 2\n"])
def test_what_is_not_toml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PackError) as caught:
        read_toml(written(tmp_path, text))
    assert caught.value.code == "pack.not_toml"
    assert caught.value.facts["reason"]


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes('x = "亩均税收"\n'.encode("gbk"))
    with pytest.raises(PackError, match=r"pack\.not_toml"):
        read_toml(path)
    path.with_suffix(".csv").write_bytes("code\n亩均税收\n".encode("gbk"))
    with pytest.raises(PackError, match=r"pack\.unreadable"):
        read_csv(path.with_suffix(".csv"), ["code"])


@pytest.mark.parametrize("reader", [read_toml, lambda path: read_csv(path, ["code"])])
def test_an_absent_file_is_refused(tmp_path: Path, reader: object) -> None:
    assert callable(reader)
    with pytest.raises(PackError) as caught:
        reader(tmp_path / "none")
    assert (caught.value.code, caught.value.facts["file"]) == ("pack.unreadable", str(tmp_path / "none"))


@pytest.mark.parametrize("value", [1, "x", [], None, True])
def test_a_table_must_be_a_table(tmp_path: Path, value: object) -> None:
    with pytest.raises(PackError) as caught:
        as_table(value, file=tmp_path, key="unit.label")
    assert (caught.value.code, caught.value.facts["key"]) == ("pack.not_a_table", "unit.label")


@pytest.mark.parametrize("value", [None, "", "  ", 3, ["x"]])
def test_a_text_must_be_there(tmp_path: Path, value: object) -> None:
    with pytest.raises(PackError) as caught:
        text_in({"unit": value}, "unit", file=tmp_path, key="revenue")
    assert (caught.value.code, caught.value.facts["key"]) == ("pack.missing_text", "revenue.unit")


def test_labels_need_both_languages(tmp_path: Path) -> None:
    whole = {"label": {"zh": "营业收入", "en": "Revenue", "fr": "x"}}
    assert labels_in(whole, "label", file=tmp_path, key="revenue") == {"zh": "营业收入", "en": "Revenue"}
    with pytest.raises(PackError) as caught:
        labels_in({"label": {"zh": "营业收入"}}, "label", file=tmp_path, key="revenue")
    assert caught.value.facts["key"] == "revenue.label.en"


def test_a_list_of_texts_may_be_absent_but_not_mixed(tmp_path: Path) -> None:
    assert texts_in({}, "aliases", file=tmp_path, key="亩") == ()
    assert texts_in({"aliases": ["a", "b"]}, "aliases", file=tmp_path, key="亩") == ("a", "b")
    for wrong in ("a", ["a", 1], {"a": 1}):
        with pytest.raises(PackError, match=r"pack\.not_texts"):
            texts_in({"aliases": wrong}, "aliases", file=tmp_path, key="亩")


def test_csv_values_stay_text(tmp_path: Path) -> None:
    path = written(tmp_path, 'code,name\n0111,"稻谷,种植"\n', "a.csv")
    assert read_csv(path, ["code"]) == [{"code": "0111", "name": "稻谷,种植"}]


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("code\n1\n", "pack.missing_column", "name"),
        ("", "pack.missing_column", "code"),
        ("code,name\n1,a\n2\n", "pack.ragged_row", "row 3"),
        ("code,name\n1,a,b\n", "pack.ragged_row", "row 2"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, text: str, code: str, key: str) -> None:
    with pytest.raises(PackError) as caught:
        read_csv(written(tmp_path, text, "a.csv"), ["code", "name"])
    assert (caught.value.code, caught.value.facts["key"]) == (code, key)
