"""A journal goes on where a kill stopped it, and begins anew for other work."""

from pathlib import Path

from jiqun.actions.journal import Journal, lines


def test_what_is_done_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "work" / "journal.jsonl"
    first = Journal(path, "one")
    for n in range(3):
        first.add({"n": n, "名": "甲"})
    first.close()
    assert Journal(path, "one").done == [{"n": n, "名": "甲"} for n in range(3)]
    assert lines(path, "one") == [{"n": n, "名": "甲"} for n in range(3)]


def test_a_last_line_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first = Journal(path, "one")
    first.add({"n": 0})
    first.close()
    with path.open("ab") as file:
        file.write(b'{"n": 1, "na')
    again = Journal(path, "one")
    assert again.done == [{"n": 0}]
    again.add({"n": 1})
    again.close()
    assert lines(path, "one") == [{"n": 0}, {"n": 1}]


def test_other_work_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first = Journal(path, "one")
    first.add({"n": 0})
    first.close()
    assert lines(path, "two") == []
    assert Journal(path, "two").done == []
    assert lines(path, "one") == []
    assert lines(tmp_path / "none", "one") == []
