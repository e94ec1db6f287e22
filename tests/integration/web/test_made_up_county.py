"""The county officer of the demonstration also keeps a made-up county, which stands in no list of regions."""

from web_house import SYSTEM, XINCHANG, House, as_csv

from jiqun.actions.imports import Order, run_import
from jiqun.actions.reading.scope_labels import scope_label, visible_scopes
from jiqun.ledger import accounts
from jiqun.ledger.permissions import Actor, Grant
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import Scope

MADE_UP = Scope("region", "339901")


def test_a_made_up_county_is_in_reach_and_has_nothing_below(house: House) -> None:
    actor = Actor(1, "a", (Grant("county_officer", MADE_UP),))
    assert visible_scopes(house.desk, actor, Permission.IMPORT_DATA) == (MADE_UP,)
    city = Actor(1, "a", (Grant("county_officer", Scope("region", "330600")),))
    assert Scope("region", XINCHANG) in visible_scopes(house.desk, city, Permission.IMPORT_DATA)


def test_who_keeps_it_beside_a_real_one_sees_batches_and_held_rows(house: House) -> None:
    desk = house.desk
    accounts.grant(house.people["county_officer"], "county_officer", MADE_UP, by="test", at=desk.now())
    client = house.client("county_officer")
    batches = client.get("/api/batches").json()["rows"]
    assert {batch["id"] for batch in batches} == {house.batches[XINCHANG]}
    assert [row["batch"] for row in client.get("/api/quarantine").json()["rows"]] == [house.batches[XINCHANG]]
    assert client.get("/batches/").status_code == client.get("/quarantine/").status_code == 200


def test_it_is_called_by_its_name_though_no_list_of_regions_knows_it(house: House) -> None:
    known = scope_label(house.desk, Scope("region", XINCHANG), "zh")
    assert known.label == "新昌县"
    assert scope_label(house.desk, MADE_UP, "zh").label == MADE_UP.key  # nothing is known of it here
    path = house.desk.uploads / "made_up.csv"
    county = (f"region:{MADE_UP.key}", "region", "合成示范县", "Sample County (synthetic)", MADE_UP.key)
    path.write_bytes(as_csv(("key", "kind", "label_zh", "label_en", "region"), [county]))
    order = Order("subjects", path, "register", name=path.name, synthetic=True)
    run_import(house.desk, order, by=SYSTEM, at=house.desk.now())
    assert scope_label(house.desk, MADE_UP, "zh").label == "合成示范县"
    assert scope_label(house.desk, MADE_UP, "en").label == "Sample County (synthetic)"
