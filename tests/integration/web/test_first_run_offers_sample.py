"""A first run: where nothing is known of real firms the pages say so and offer the synthetic county, to who may see it."""

from web_house import SYSTEM, XINCHANG, House, as_csv

from jiqun.actions.imports import Order, run_import

OFFERED = "made_up=1&amp;on=2026-06-01"


def made_up_county(house: House) -> None:
    path = house.desk.uploads / "made_up.csv"
    county = ("region:339901", "region", "合成示范县", "Sample County (synthetic)", "339901")
    path.write_bytes(as_csv(("key", "kind", "label_zh", "label_en", "region"), [county]))
    order = Order("subjects", path, "register", name=path.name, synthetic=True)
    assert not run_import(house.desk, order, by=SYSTEM, at=house.desk.now()).errors


def test_nothing_known_is_said_and_the_synthetic_county_offered(house: House) -> None:
    client = house.client("provincial_officer")
    before = client.get("/ladders/").content.decode()
    assert 'id="nothing-told"' in before and OFFERED not in before  # there is none to be shown yet
    made_up_county(house)
    page = client.get("/ladders/").content.decode()
    assert OFFERED in page and "data-chart" not in page and "≥" not in page
    told = client.get("/api/pages/ladders/").json()
    assert (told["years"], told["whole"], told["sample"]) == ([], True, "2026-06-01")
    places = dict(told["places"])
    assert places[XINCHANG]["zh"] == "绍兴市新昌县" and "339901" not in places and len(places) == 101
    sample = client.get("/api/pages/ladders/?made_up=1").json()
    assert [code for code, _ in sample["places"]] == ["339901"]
    assert sample["places"][0][1]["zh"] == "合成示范县"
    html = client.get("/ladders/?made_up=1").content.decode()
    assert 'id="nothing-told"' not in html  # nothing further to offer there


def test_an_office_is_not_offered_the_whole_province(house: House) -> None:
    told = house.client("county_officer").get("/api/pages/ladders/").json()
    assert (told["whole"], told["ask"]["region"], told["firms"]) == (False, XINCHANG, 3)
    html = house.client("county_officer").get("/ladders/").content.decode()
    assert f'<option value="{XINCHANG}" selected>' in html


def test_the_per_mu_page_of_a_ledger_without_firms_offers_it_too(house: House) -> None:
    client = house.client("provincial_officer")
    offered = "from=synthetic&amp;on=2026-06-01"
    assert offered not in client.get("/per-mu/").content.decode()
    made_up_county(house)
    html = client.get("/per-mu/").content.decode()
    assert offered in html and "企业来源" in html
    there = client.get("/per-mu/?from=synthetic&on=2026-06-01&region=339901").content.decode()
    heading = there.partition("<h1>")[2].partition("</h1>")[0]
    assert heading.startswith("合成示范县") and "看合成示范县" not in there
