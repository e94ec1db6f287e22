"""`jiqun dedupe`, `merge`, `keep-apart`, `unmerge`: real processes on a real home."""

from pathlib import Path

from cli_house import House, code_of, firm, table


def test_find_merge_and_take_back(house: House, tmp_path: Path) -> None:
    first, second, other = firm(1), firm(2), firm(3)
    doubled = (first[0], *second[1:])
    house.json(
        "import", "enterprises", table(tmp_path / "list.csv", [first, doubled, other]), "--source", "list"
    )
    out = tmp_path / "doubles.xlsx"
    report = house.json("dedupe", "--out", out)
    assert (report["enterprises"], len(report["proposals"])) == (3, 1)  # type: ignore[arg-type]
    assert out.read_bytes()[:2] == b"PK"
    (pair,) = report["proposals"]  # type: ignore[misc]
    assert {pair["subject"], pair["into"]} == {f"enterprise:{code_of(n)}" for n in (1, 2)}
    said = house.run("dedupe").out
    assert "1 merges proposed" in said and "the same name" in said

    made = house.json("merge", pair["subject"], pair["into"], "--reason", "one")
    assert (made["ok"], made["verdict"], made["reason"]) == (True, "same", "one")
    refused = house.run("merge", pair["subject"], pair["into"], code=14)
    assert "merged with itself" in refused.err
    taken = house.json("unmerge", str(made["id"]))
    assert taken["taken_back_at"]
    assert house.json("export", "enterprises", "--out", tmp_path / "again.csv")["rows"] == 3
    house.run("keep-apart", pair["subject"], pair["into"])
    assert house.json("dedupe")["proposals"] == []
