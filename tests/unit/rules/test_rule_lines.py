"""Where things stand in a TOML file: tables, lists of tables, keys, items of a list written over several lines."""

import tomllib

import pytest

from jiqun.rules.lines import Lines

TEXT = """\
# a comment with [[version]] in it
[pack]
label = { zh = "[[version]]", en = "x" }

[[version]]
key = "one"

[[version.clause]]
id = "a"
of = [
  { kind = "flag", field = "own_brand" },
  # nothing
  { kind = "flag", field = "listed" },
]
after = 1

[version.clause.condition]
kind = "compare"

[[version.clause]]
id = "b"
bands = [[1, 2], [3, 4]]
"quoted@-1" = 3

[[version]]
key = "two"
[[version.clause]]
id = "c"
"""


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        (("pack",), "[pack]"),
        (("pack", "label"), "label ="),
        (("version", 0), "[[version]]"),
        (("version", 0, "key"), 'key = "one"'),
        (("version", 0, "clause", 0, "of"), "of = ["),
        (("version", 0, "clause", 0, "of", 0), "own_brand"),
        (("version", 0, "clause", 0, "of", 0, "field"), "own_brand"),
        (("version", 0, "clause", 0, "of", 1), "listed"),
        (("version", 0, "clause", 0, "after"), "after = 1"),
        (("version", 0, "clause", 0, "condition", "kind"), '"compare"'),
        (("version", 0, "clause", 1, "id"), 'id = "b"'),
        (("version", 0, "clause", 1, "bands", 1), "bands ="),
        (("version", 0, "clause", 1, "quoted@-1"), '"quoted@-1"'),
        (("version", 1, "key"), 'key = "two"'),
        (("version", 1, "clause", 0, "id"), 'id = "c"'),
    ],
)
def test_each_path_is_on_its_line(path: tuple[str | int, ...], mark: str) -> None:
    found = Lines(TEXT).at(path)
    assert mark in TEXT.splitlines()[found - 1]


def test_what_is_not_there_is_on_the_line_of_what_is_around_it() -> None:
    lines = Lines(TEXT)
    assert lines.at(("version", 0, "clause", 1, "label")) == lines.at(("version", 0, "clause", 1))
    assert lines.at(("nothing",)) == 1
    assert Lines("").at(("version", 3)) == 1


def test_the_text_of_this_test_is_toml() -> None:
    assert [len(one["clause"]) for one in tomllib.loads(TEXT)["version"]] == [2, 1]
