"""Every reading page: for whom it opens, what it must show, and that each number leads to its evidence."""

import re

import pytest
from django.test import Client
from reading_house import MADE_UP, ReadingHouse

from jiqun.ledger.roles import ROLES

PAGES = (
    "/",
    "/bigscreen/",
    "/clusters/",
    "/clusters/415x/",
    "/clusters/415x/?of=own",
    "/clusters/robots_cnc/",
    "/map/",
    "/map/?indicator=enterprises",
    "/map/?indicator=projects",
    "/map/?indicator=value_added_growth",
    "/map/?indicator=revenue&synthetic=1",
    "/indicators/",
    "/indicators/?q=营收&unused=1",
    "/indicators/revenue/",
    "/indicators/revenue/?subject=cluster:415x&all=1&sort=value&dir=desc",
    "/indicators/revenue/places/",
    "/indicators/little_giant_count/",
    "/indicators/digital_coverage/",
    "/subjects/",
    "/subjects/?q=新昌",
    "/subjects/?kind=project&page=2",
    "/subjects/region:330000/",
    "/subjects/region:330624/",
    "/projects/",
    "/projects/?q=智算&sort=label",
    "/sources/",
    "/sources/000/",
    "/sources/002/?page=3",
    "/differences/",
    "/why/count/facts/",
    "/why/count/city-facts/?about=region:330600",
)
NUMBER = re.compile(r'<a class="(?:fig|count)[^"]*" href="([^"]+)" hx-get="([^"]+)"')


def opened(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_in_both_languages(house: ReadingHouse, path: str) -> None:
    client = house.client()
    chinese = opened(client, path)
    assert '<html lang="zh-Hans">' in chinese
    client.cookies["django_language"] = "en"
    english = opened(client, path)
    assert '<html lang="en">' in english
    for page in (chinese, english):
        assert " style=" not in page, "the content policy forbids inline styles"
        assert not re.search(r"<script(?![^>]*(?:src=|application/json))", page), "no inline script"
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page), "no outside address"


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_asked_to_log_in(house: ReadingHouse, path: str) -> None:
    response = house.client("").get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=%2F")


@pytest.mark.parametrize("path", PAGES)
def test_each_page_has_its_twin(house: ReadingHouse, path: str) -> None:
    client = house.client()
    twin = re.search(r'<link rel="alternate" type="application/json" href="([^"]+)"', opened(client, path))
    assert twin is not None
    response = client.get(twin[1].replace("&amp;", "&"))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert isinstance(response.json(), dict)
    assert "\\u" not in response.content.decode()
    assert house.client("").get(twin[1]).status_code == 401


@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_what_is_public(house: ReadingHouse, role: str) -> None:
    client = house.client(role)
    for path in (
        "/",
        "/clusters/",
        "/map/",
        "/indicators/revenue/",
        "/subjects/region:330624/",
        "/sources/000/",
    ):
        opened(client, path)


@pytest.mark.parametrize(
    "path", ["/", "/clusters/415x/", "/indicators/revenue/", "/sources/000/", "/differences/", "/projects/"]
)
def test_every_number_leads_to_its_evidence(house: ReadingHouse, path: str) -> None:
    client = house.client()
    page = opened(client, path)
    assert page.count('class="fig-num"') + page.count('class="fig-text"') == page.count('<a class="fig')
    links = NUMBER.findall(page)
    assert links
    assert all(there == fragment for there, fragment in links)
    for address in dict.fromkeys(there for there, _ in links[:12]):
        body = opened(client, address.replace("&amp;", "&"))
        assert "依据" in body
        fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in fragment
        assert 'class="why"' in fragment


def test_the_desk_sets_targets_beside_outcomes(house: ReadingHouse) -> None:
    cards = {card["key"]: card for card in house.client().get("/api/pages/").json()["cards"]}
    revenue = cards["revenue_415x"]
    rungs = {rung["year"]: rung for rung in revenue["rungs"]}
    assert (rungs[2024]["target"]["value"], rungs[2024]["target"]["bound"]) == ("9", ">")
    assert rungs[2024]["outcome"]["value"] == "9.19"
    assert rungs[2024]["verdict"] == "met"
    assert rungs[2025]["target"]["value"] == "9.5"
    giants = cards["little_giants"]
    assert (giants["now"]["value"], giants["next"]["value"], giants["verdict"], giants["reason"]) == (
        "1801",
        "1000",
        "met",
        "early",
    )
    coverage = cards["digital_coverage"]
    assert coverage["verdict"] == "met"
    assert {rung["year"] for rung in coverage["rungs"]} >= {2024, 2025}


def test_the_strip_counts_real_statements_alone(house: ReadingHouse) -> None:
    page = house.client().get("/api/pages/").json()
    assert page["counts"]["facts"]["value"] == len(house.stated)
    assert page["counts"]["documents"]["value"] == 5
    assert page["synthetic"] == 2


def test_differences_explain_with_their_statements(house: ReadingHouse) -> None:
    page = house.client().get("/api/pages/differences/").json()
    assert len(page["differences"]) >= 25
    told = {one["key"]: one for one in page["differences"]}
    values = {one["value"] for one in told["415x_revenue"]["statements"]}
    assert {"9.19", "9.5", "78.3"} <= values
    assert sum(1 for one in page["differences"] if one["statements"]) >= 0.9 * len(page["differences"])


def test_a_document_is_read_in_its_own_order(house: ReadingHouse) -> None:
    client, lines, seen = house.client(), [], 0
    pages = client.get("/api/pages/sources/002/").json()["pages"]
    for number in range(1, pages + 1):
        page = client.get(f"/api/pages/sources/002/?page={number}").json()
        lines += [passage["first_line"] for passage in page["passages"]]
        seen += sum(len(passage["statements"]) for passage in page["passages"])
    assert lines == sorted(lines)
    assert seen == page["total"] == sum(1 for row in house.stated if row["source"] == "002")


def test_inferred_dates_are_marked(house: ReadingHouse) -> None:
    assert opened(house.client(), "/sources/").count("推定") >= 3


def test_every_stated_fact_is_on_its_documents_page(house: ReadingHouse) -> None:
    page = house.client().get("/api/pages/sources/000/").json()
    shown = {
        (s["locator"], s["subject"]["key"], s["indicator"]["key"])
        for p in page["passages"]
        for s in p["statements"]
    }
    stated = {
        (row["locator"], row["subject"], row["indicator"]) for row in house.stated if row["source"] == "000"
    }
    assert stated == shown


def test_a_cluster_shows_areas_and_members(house: ReadingHouse) -> None:
    page = house.client().get("/api/pages/clusters/robots_cnc/").json()
    areas = [g for g in page["relations"] if g["predicate"] == "core_area_of" and g["direction"] == "in"]
    assert [tie["other"]["key"] for tie in areas[0]["ties"]] == ["region:331081"]
    assert page["group"]["zh"] == "高端装备"


def test_the_fifteen_clusters_are_listed_in_four_groups(house: ReadingHouse) -> None:
    page = house.client().get("/api/pages/clusters/").json()
    assert [len(group["tiles"]) for group in page["groups"]] == [4, 5, 3, 3]
    assert "cluster:yueqing_electric" in {tile["link"]["key"] for tile in page["others"]}


def test_the_map_has_ninety_tiles_and_leaves_the_unknown_grey(house: ReadingHouse) -> None:
    page = house.client().get("/api/pages/map/").json()
    assert len(page["cells"]) == 90
    assert all((cell["quantile"] == 0) == (cell["value"] is None) for cell in page["cells"])
    assert 0 < page["known"] < 90
    body = opened(house.client(), "/map/")
    assert body.count("<rect") >= 90
    assert 'class="none"' in body


def test_tiles_agree_with_how_they_are_counted(house: ReadingHouse) -> None:
    client = house.client()
    for cell in client.get("/api/pages/map/").json()["cells"]:
        if cell["value"] is not None:
            counted = client.get(f"/api/pages/why/count/map-facts/?about=region:{cell['code']}").json()
            assert str(counted["value"]) == cell["value"], cell["code"]
            break


def test_an_indicator_shows_sources_side_by_side(house: ReadingHouse) -> None:
    page = house.client().get("/api/pages/indicators/revenue/?subject=cluster:415x").json()
    assert {clash["verdict"] for clash in page["clashes"]} == {"scope"} or page["clashes"]
    assert {one["key"] for one in page["differences"]} >= {"415x_revenue"}
    assert [rung["year"] for rung in page["rungs"]] == [2024, 2025]


@pytest.mark.parametrize(
    "path",
    [
        "/indicators/nothing/",
        "/subjects/enterprise:nobody/",
        "/sources/999/",
        "/clusters/none/",
        "/map/?indicator=nothing",
        "/why/fact/f000/",
        "/why/count/nothing/",
        "/no/such/page/",
    ],
)
def test_what_does_not_exist_says_so_in_one_shape(house: ReadingHouse, path: str) -> None:
    response = house.client().get(path)
    assert response.status_code == 404
    body = response.content.decode()
    assert "请求编号" in body
    assert response["X-Request-Id"] in body
    twin = house.client().get("/api/pages" + path)
    assert twin.status_code == 404
    told = twin.json()
    assert (told["ok"], told["status"]) == (False, 404)
    assert told["code"]
    assert told["error"]


def test_searching_finds_by_part_of_a_name(house: ReadingHouse) -> None:
    page = house.client().get("/api/pages/subjects/?q=五洲").json()
    assert any("五洲新春" in hit["link"]["label"]["zh"] for hit in page["hits"])


def test_made_up_things_are_hidden_until_asked_for_and_marked(house: ReadingHouse) -> None:
    client = house.client()
    assert "合成试验有限公司" not in opened(client, "/subjects/?q=合成试验")
    asked = opened(client, "/subjects/?q=合成试验&synthetic=1")
    assert "合成试验有限公司" in asked
    assert "is-synthetic" in asked
    profile = opened(client, f"/subjects/{MADE_UP}/")
    assert "notice is-synthetic" in profile
    assert "is-synthetic" in re.findall(r'<a class="(fig[^"]*)"', profile)[0]


def test_made_up_figures_stand_on_the_map_only_when_asked_for(house: ReadingHouse) -> None:
    client = house.client()
    plain = client.get("/api/pages/map/?indicator=revenue&year=2023").json()
    assert not any(cell["synthetic"] for cell in plain["cells"])
    asked = client.get("/api/pages/map/?indicator=revenue&year=2023&synthetic=1").json()
    assert [cell["code"] for cell in asked["cells"] if cell["synthetic"]] == ["330624"]
    assert "is-synthetic" in opened(client, "/map/?indicator=revenue&year=2023&synthetic=1")


def test_a_table_narrows_sorts_and_turns_by_fragment(house: ReadingHouse) -> None:
    client = house.client()
    path = "/subjects/region:330000/?sort=value&dir=desc&status=target&page=2"
    body = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert body.lstrip().startswith('<section class="panel" id="statements">')
    table = client.get("/api/pages" + path).json()["table"]
    assert {row["status"] for row in table["rows"]} == {"target"}
    values = [float(row["base_value"]) for row in table["rows"] if row["base_value"] is not None]
    assert values == sorted(values, reverse=True)


def test_markup_in_an_address_is_shown_as_text(house: ReadingHouse) -> None:
    body = opened(house.client(), "/subjects/?q=<script>alert(1)</script>")
    assert "<script>alert" not in body
    assert "&lt;script&gt;" in body
