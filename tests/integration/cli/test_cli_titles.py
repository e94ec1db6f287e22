"""Recognition and titles on the command line; what was kept comes back out of a backup."""

from pathlib import Path

from cli_house import House, firm, table


def test_titles_and_a_backup(house: House, tmp_path: Path) -> None:
    house.json("import", "enterprises", table(tmp_path / "list.csv", [firm(1)]), "--source", "list")
    listed = tmp_path / "titles.csv"
    listed.write_text(
        f"企业名称,称号,认定日期,有效期止\n{firm(1)[0]},创新型中小企业,2024-01-01,2099-12-31\n",
        encoding="utf-8",
    )
    assert house.json("titles", "register", listed)["entered"] == 1
    (one,) = house.json("titles", "list")["titles"]  # type: ignore[misc]
    assert one["standing"] == "in_force" and one["valid_until"] == "2099-12-31"
    refused = house.json(
        "recognise", "start", "national/innovative_sme", "--region", "330624", "--on", "2026-06-01", code=10
    )
    assert refused["code"] == "recognition.nobody"
    assert house.json("titles", "take-back", str(one["id"]), "--why", "试")["state"] == "taken_back"
    kept = tmp_path / "kept.zip"
    assert house.json("backup", kept, "--portable")["ledger"] == "portable"
    other = House(tmp_path / "other")
    other.json("restore", kept)
    (back,) = other.json("titles", "list", "--standing", "taken_back")["titles"]  # type: ignore[misc]
    assert back == {**one, "standing": "taken_back"}
