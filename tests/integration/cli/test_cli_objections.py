"""Objections, conflicts and withdrawal of a source on the command line; who acts as a person has his rights alone."""

from pathlib import Path

from cli_house import House, fact, facts_file, firm, table

COLUMNS_KEPT = ("how", "subject", "before", "after")


def told(house: House, tmp_path: Path) -> tuple[str, str]:
    """Two enterprises, revenue of the first from two sources; gives its key and the fact to dispute."""
    path = table(tmp_path / "list.csv", [firm(number) for number in (1, 2)])
    house.json("import", "enterprises", path, "--source", "list")
    found = house.json("subjects", "search", "测试0001号")["subjects"]
    key = found[0]["key"]  # type: ignore[index]
    for source, value in (("sheet", "10000"), ("tax", "12000")):
        row = fact(subject=key, indicator="revenue", period="2024", value=value, unit="万元")
        house.json("import", "facts", facts_file(tmp_path / f"{source}.csv", [row]), "--source", source)
    rows = house.json("facts", key, "--indicator", "revenue")["facts"]
    return key, next(row["id"] for row in rows if row["source"] == "tax")  # type: ignore[index, union-attr]


def test_from_the_conflict_to_the_answer_and_the_withdrawal(house: House, tmp_path: Path) -> None:
    key, disputed = told(house, tmp_path)
    (clash,) = house.json("conflicts", "--indicator", "revenue", "--subject", key)["conflicts"]  # type: ignore[misc]
    assert clash["size"] == "16.7 %" and len(clash["statements"]) == 2 and clash["why"]
    evidence = tmp_path / "年报.pdf"
    evidence.write_bytes(b"%PDF-1.7 made up")
    password = house.json("accounts", "create", "keeper", "--role", "provincial_officer", "--scope", "all")
    assert password["ok"]
    made = house.json(
        "objections",
        "file",
        disputed,
        "--value",
        "1.1",
        "--unit",
        "亿元",
        "--reason",
        "多记",
        "--evidence",
        evidence,
    )
    id = str(made["objection"]["id"])  # type: ignore[index]
    own = house.json("objections", "answer", id, "accept", code=13)
    assert own["code"] == "objection.own"
    assert house.json("objections", "list")["total"] == 1
    done = house.json("objections", "answer", id, "accept", "--text", "属实", "--as", "keeper")
    assert done["objection"]["state"] == "accepted" and len(done["evidence"]) == 1  # type: ignore[index, arg-type]
    stated = next(one for one in done["changes"] if one["how"] == "stated")  # type: ignore[union-attr]
    assert (stated["before"], stated["after"]) == ("1.2", "1.1")
    assert house.json("objections", "list", "--state", "accepted")["total"] == 1
    assert house.json("objections", "show", "99", code=10)["code"] == "objection.not_found"
    assert house.json("objections", "list", "--as", "nobody", code=10)["code"] == "account.unknown"

    preview = house.json("sources", "withdraw", "tax", "--dry-run")
    assert preview["facts"] == 1 and preview["objections"] == [int(id)]
    assert house.json("sources", "withdraw", "tax", code=10)["code"] == "source.reason"
    assert house.json("sources", "withdraw", "tax", "--why", "重报")["event"] == "withdrawn"
    sources = [row["source"] for row in house.json("facts", key, "--indicator", "revenue")["facts"]]  # type: ignore[index, union-attr]
    assert sources == ["sheet"]
    assert house.json("sources", "bring-back", "tax")["facts"] == 1
    assert house.json("sources", "bring-back", "tax", code=14)["code"] == "source.not_withdrawn"
    assert "Figures worked out anew" in house.run("objections", "show", id).out
    assert "1 in all" in house.run("conflicts", "--subject", key).out
