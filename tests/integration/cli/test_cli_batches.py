"""Taking back: counts return, corrections and updates give way to what stood before, the past can still be replayed."""

from datetime import UTC, datetime
from pathlib import Path

from cli_house import House, fact, facts_file, firm, table


def _values(house: House, *words: str) -> list[str]:
    rows = house.json("facts", "region:330624", "--indicator", "gdp", *words)["facts"]
    return [row["value"] for row in rows]  # type: ignore[attr-defined]


def test_undo_of_facts_hides_them_from_now_on_and_not_before(house: House, tmp_path: Path) -> None:
    first = house.json("import", "facts", facts_file(tmp_path / "a.csv", [fact()]), "--source", "yearbook")
    second = house.json(
        "import", "facts", facts_file(tmp_path / "b.csv", [fact(value="512")]), "--source", "yearbook"
    )
    before_undo = datetime.now(UTC).isoformat()
    undone = house.json("batches", "undo", second["batch_id"])
    assert (undone["ok"], undone["facts"]) == (True, 1)
    assert _values(house) == ["500"]
    assert _values(house, "--as-of", before_undo) == ["512"]
    house.json("batches", "undo", first["batch_id"])
    assert _values(house) == []
    assert _values(house, "--as-of", before_undo) == ["512"]
    assert house.lake_rows("SELECT count(*) FROM {facts}") == [(2,)]


def test_undoing_the_first_leaves_its_correction(house: House, tmp_path: Path) -> None:
    first = house.json("import", "facts", facts_file(tmp_path / "a.csv", [fact()]), "--source", "yearbook")
    house.json("import", "facts", facts_file(tmp_path / "b.csv", [fact(value="512")]), "--source", "yearbook")
    house.json("batches", "undo", first["batch_id"])
    assert _values(house) == ["512"]


def test_what_was_undone_can_be_imported_again(house: House, tmp_path: Path) -> None:
    path = facts_file(tmp_path / "a.csv", [fact()])
    batch = house.json("import", "facts", path, "--source", "yearbook")["batch_id"]
    house.json("batches", "undo", batch)
    again = house.json("import", "facts", path, "--source", "yearbook")
    assert (again["created"], again["unchanged"]) == (1, 0)
    assert _values(house) == ["500"]


def test_undo_of_a_list_brings_every_count_back(house: House, tmp_path: Path) -> None:
    counts = ("SELECT count(*) FROM ledger_subject", "SELECT count(*) FROM ledger_subject_search")
    before = [house.count(sql) for sql in counts]
    path = table(tmp_path / "list.csv", [firm(number) for number in range(20)])
    batch = house.json("import", "enterprises", path, "--source", "list")["batch_id"]
    assert [house.count(sql) for sql in counts] == [number + 20 for number in before]
    undone = house.json("batches", "undo", batch)
    assert (undone["removed"], undone["restored"]) == (20, 0)
    assert [house.count(sql) for sql in counts] == before
    assert house.json("subjects", "search", "测试0007号")["count"] == 0
    state = house.json("batches", "show", batch)["batch"]["state"]  # type: ignore[index]
    assert state == "undone"
    again = house.json("import", "enterprises", path, "--source", "list")
    assert (again["created"], again["unchanged"]) == (20, 0)
    assert [house.count(sql) for sql in counts] == [number + 20 for number in before]


def test_undoing_a_middle_batch_keeps_what_later_ones_say(house: House, tmp_path: Path) -> None:
    """Three lists about one enterprise; the middle one is taken back and the last one stands."""
    batches = []
    for number, place in enumerate(("甲路", "乙路", "丙路")):
        path = table(tmp_path / f"{number}.csv", [firm(1, 地址=f"浙江省绍兴市新昌县七星街道{place}1号")])
        batches.append(house.json("import", "enterprises", path, "--source", "list")["batch_id"])
    standing = "SELECT count(*) FROM ledger_subject WHERE attributes LIKE '%{}%'"
    house.json("batches", "undo", batches[1])
    assert house.count(standing.format("丙路")) == 1
    house.json("batches", "undo", batches[2])
    assert house.count(standing.format("甲路")) == 1
    house.json("batches", "undo", batches[0])
    assert house.count("SELECT count(*) FROM ledger_subject WHERE kind = 'enterprise'") == 0


def test_the_list_tells_every_batch_newest_first(house: House, tmp_path: Path) -> None:
    made = [
        house.json(
            "import", "facts", facts_file(tmp_path / f"{n}.csv", [fact(value=str(n))]), "--source", f"s{n}"
        )["batch_id"]
        for n in (1, 2)
    ]
    rows = house.json("batches", "list")["batches"]
    assert [row["id"] for row in rows] == made[::-1]  # type: ignore[attr-defined]
    assert rows[0]["counts"]["created"] == 1 and rows[0]["state"] == "visible"  # type: ignore[index]
    assert rows[0]["file_name"] == "2.csv" and len(rows[0]["sha256"]) == 64  # type: ignore[index]
    assert all(batch in house.run("batches", "list").out for batch in made)  # type: ignore[operator]
