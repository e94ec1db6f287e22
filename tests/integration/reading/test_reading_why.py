"""依据: what the drawer says of a fact and of a count."""

from decimal import Decimal

from django.db import transaction
from django.test import Client
from reading_house import ReadingHouse

from jiqun.actions.reading.counting import COUNTS
from jiqun.actions.reading.why import why_fact


def test_a_fact_shows_everything_it_rests_on(house: ReadingHouse) -> None:
    row = house.fact(subject="cluster:415x", indicator="revenue", source="000", status="target")
    why = why_fact(house.desk, house.actor(), str(row["id"]))
    one = why.statement
    assert (one.value, one.bound, one.unit, one.status, one.attributed_to) == (
        Decimal(9),
        ">",
        "万亿元",
        "target",
        "詹敏",
    )
    assert one.locator == "L61"
    assert "9万亿元" in one.quote
    assert why.indicator_unit == "亿元"
    assert why.steps[-1].output == "90000 亿元"
    assert why.steps[-1].inputs == ("1 万亿元 = 10000 亿元",)
    assert why.source is not None
    assert why.source.published_inferred
    assert why.batch_name.endswith("000.csv")
    assert (why.superseded, why.undone, len(why.versions)) == (False, False, 1)


def test_the_drawer_says_it_in_words(house: ReadingHouse) -> None:
    row = house.fact(subject="cluster:415x", indicator="revenue", source="000", status="target")
    body = house.client().get(f"/why/fact/{row['id']}/", headers={"HX-Request": "true"}).content.decode()
    for words in (
        "超过",
        "突破9万亿元",
        "詹敏",
        "未说明",
        "推定",
        "L61",
        "90000 亿元",
        "<mark>9</mark>",
        str(row["batch"]),
    ):
        assert words in body, words


def test_a_statement_in_its_own_unit_needs_no_conversion(house: ReadingHouse) -> None:
    row = house.fact(subject="cluster:415x", indicator="revenue_share", source="002", value="78.300000")
    assert len(why_fact(house.desk, house.actor(), str(row["id"])).steps) == 1


def test_every_count_counts(house: ReadingHouse) -> None:
    client = house.client()
    about = {"cluster": "cluster:robots_cnc", "city": "region:330600", "map": "region:330624"}
    for name in COUNTS:
        query = f"?about={about[name.partition('-')[0]]}" if "-" in name else ""
        told = client.get(f"/api/pages/why/count/{name}/{query}").json()
        assert told["value"] >= 0, name
        assert told["steps"][-1]["output"] == str(told["value"])
        assert client.get(told["list_address"]).status_code == 200, told["list_address"]


def test_a_count_of_a_place_nobody_knows_is_zero_and_not_an_error(house: ReadingHouse) -> None:
    assert house.client().get("/api/pages/why/count/city-facts/?about=region:999999").json()["value"] == 0


def test_the_evidence_of_an_undone_batch_says_so(house: ReadingHouse) -> None:
    from jiqun.ledger import batches

    row = house.fact(subject="cluster:415x", indicator="revenue", source="000", status="target")
    with transaction.atomic():
        batches.mark_undone(str(row["batch"]), by="test", at=house.desk.now())
        body = house.client().get(f"/why/fact/{row['id']}/").content.decode()
        transaction.set_rollback(True)
    assert "已撤销" in body


def test_a_stranger_gets_no_evidence(house: ReadingHouse) -> None:
    row = house.fact(subject="cluster:415x", indicator="revenue", source="000", status="target")
    stranger = house.client("")
    assert stranger.get(f"/why/fact/{row['id']}/").status_code == 302
    drawer = stranger.get(f"/why/fact/{row['id']}/", headers={"HX-Request": "true"})
    assert (drawer.status_code, drawer["HX-Redirect"]) == (204, "/login/")


def test_an_error_in_the_drawer_stays_in_the_drawer(house: ReadingHouse) -> None:
    client: Client = house.client()
    response = client.get("/why/fact/f123/", headers={"HX-Request": "true"})
    assert response.status_code == 404
    assert response["HX-Retarget"] == "#drawer-body"
    assert "<html" not in response.content.decode()
