"""Lists of names on the pages: handed in, matched in the background, open rows decided once, the result taken away."""

import csv
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from web_house import XINCHANG, House, as_csv, firms, key_of

from jiqun.actions import match_lists, match_work
from jiqun.actions.journal import lines
from jiqun.brain.matching import Asked
from jiqun.ledger import audit

JSON = "application/json"
SURE, OTHER, THIRD = (name for name, *_ in firms(XINCHANG))
UNSURE = "新昌县试验轴承有限公司"
STRANGER = "杭州从未听说电子商务有限公司"


def handed_in(client: Client, house: House, pasted: str = "", *, work: bool = True, **form: object) -> str:
    """Hand a list in on the page and let the worker do it; gives its id."""
    response = client.post("/matching/receive/", {"pasted": pasted, **form})
    assert response.status_code == 302, response.content.decode()
    id = response["Location"].strip("/").rpartition("/")[2]
    if work:
        match_work.work(house.desk, id)
    return id


def told(client: Client, id: str, query: str = "") -> dict:
    """The JSON twin of a list."""
    return client.get(f"/api/pages/matching/{id}/{query}").json()


@pytest.fixture
def client(house: House) -> Client:
    """The county's officer."""
    return house.client("county_officer")


def test_pasted_names_become_decisions(house: House, client: Client) -> None:
    id = handed_in(client, house, f"{SURE}\n\n{STRANGER}\n{UNSURE}\n")
    page = told(client, id)
    assert page["list"]["state"] == "done"
    assert [(row["asked"]["row"], row["asked"]["name"]) for row in page["rows"]] == [
        (1, SURE),
        (3, STRANGER),
        (4, UNSURE),
    ]
    assert [row["decision"] for row in page["rows"]] == ["match", "none", "review"]
    sure = page["rows"][0]
    assert sure["matched"]["subject"] == key_of(XINCHANG)
    assert sure["matched"]["evidence"][0]["zh"]
    assert dict(page["counts"]) == {"match": 1, "review": 1, "none": 1}
    html = client.get(f"/matching/{id}/").content.decode()
    assert SURE in html and firms(XINCHANG)[0][1] in html
    assert "<!doctype" not in client.get(f"/matching/{id}/", headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_with_a_header(house: House, client: Client, form: str) -> None:
    header, rows = (
        ("序号", "单位名称", "信用代码", "县市区"),
        [("1", SURE, "", "新昌县"), ("2", "某不知名厂", firms(XINCHANG)[1][1], "")],
    )
    body = as_csv(header, rows)
    if form == "xlsx":
        book, out = openpyxl.Workbook(), io.BytesIO()
        for row in (header, *rows):
            book.active.append(row)
        book.save(out)
        body = out.getvalue()
    id = handed_in(client, house, file=SimpleUploadedFile(f"名单.{form}", body))
    page = told(client, id)
    assert dict(page["list"]["columns"]) == {"name": "单位名称", "code": "信用代码", "region": "县市区"}
    assert [row["asked"]["row"] for row in page["rows"]] == [2, 3]
    assert page["rows"][0]["decision"] == "match"
    assert page["rows"][1]["choices"][0]["subject"] == key_of(XINCHANG, 1)


def test_what_cannot_be_read_is_said(house: House, client: Client) -> None:
    for form, code in (
        ({"pasted": " \n "}, "match.nothing"),
        ({"file": SimpleUploadedFile("a.csv", as_csv(("甲", "乙"), [("1", "2")]))}, "match.no_name_column"),
        (
            {"file": SimpleUploadedFile("a.csv", as_csv(("甲", "乙"), [("1", "2")])), "column-name": "丙"},
            "match.no_such_column",
        ),
    ):
        response = client.post("/matching/receive/", form)
        assert response.status_code == 400, form
        assert house.desk.messages.what(code, "zh").split("“")[0][:4] in response.content.decode()
    response = client.post(
        "/matching/receive/",
        {"file": SimpleUploadedFile("a.csv", as_csv(("甲", "乙"), [("x", SURE)])), "column-name": "乙"},
    )
    assert response.status_code == 302
    assert client.get("/api/pages/matching/m20260101000000aaaaaaaaaaaa/").status_code == 404
    assert not list(house.desk.uploads.glob("m*.part"))


def test_the_queue_is_decided_once_for_the_office(house: House, client: Client) -> None:
    id = handed_in(client, house, f"{UNSURE}\n{SURE}\n{UNSURE}\n")
    queue = client.get(f"/api/pages/matching/{id}/review/").json()
    assert (queue["row"]["asked"]["row"], queue["left"], queue["after"]) == (1, 2, 3)
    assert len(queue["row"]["choices"]) == 2
    chosen = queue["row"]["choices"][1]["subject"]
    response = client.post(f"/matching/{id}/answer/", {"row": 1, "choice": chosen})
    assert response["Location"].endswith("/review/?row=1&undo=1")
    page = told(client, id)
    assert [row["matched"]["subject"] for row in page["rows"]] == [chosen, key_of(XINCHANG), chosen]
    assert page["rows"][0]["said_by"] and not page["rows"][1]["said_by"]
    empty = client.get(f"/api/pages/matching/{id}/review/?row=1&undo=1").json()
    assert (empty["row"], empty["left"], empty["undo"]) == (None, 0, 1)
    again = handed_in(client, house, UNSURE.replace("（", "(") + "\n")
    assert told(client, again)["rows"][0]["matched"]["subject"] == chosen  # not asked again
    officer = house.actor("county_officer")
    rows = [Asked(7, UNSURE), Asked(8, SURE)]
    assert match_lists.said_before(rows, by=officer) == {7: chosen}
    assert match_lists.said_before(rows, by=house.actor("administrator")) == {}
    elsewhere = house.client("administrator")
    foreign = handed_in(elsewhere, house, UNSURE)
    assert told(elsewhere, foreign)["rows"][0]["decision"] == "review"  # another office is
    assert client.post(f"/matching/{id}/undo/", {"row": 1})["Location"].endswith("/review/?row=1")
    assert [row["decision"] for row in told(client, id)["rows"]] == ["review", "match", "review"]
    client.post(f"/matching/{id}/answer/", {"row": 3, "choice": ""})
    assert [row["decision"] for row in told(client, id)["rows"]] == ["none", "match", "none"]
    assert [line.action for line in audit.of_target(f"match:{id}")][:3] == [
        "match.answer",
        "match.take_back",
        "match.answer",
    ]


def test_bad_answers_are_refused(house: House, client: Client) -> None:
    id = handed_in(client, house, f"{UNSURE}\n")
    for row, choice, status in (
        (1, "enterprise:没有", 400),
        (1, "region:330624", 400),
        (9, "", 404),
        (0, "", 404),
    ):
        assert client.post(f"/matching/{id}/answer/", {"row": row, "choice": choice}).status_code == status
    assert told(client, id)["rows"][0]["decision"] == "review"


def test_filter_and_sort(house: House, client: Client) -> None:
    id = handed_in(client, house, f"{THIRD}\n{SURE}\n{STRANGER}\n{OTHER}\n")
    names = lambda query: [row["asked"]["name"] for row in told(client, id, query)["rows"]]  # noqa: E731
    assert names("?decision=match") == [THIRD, SURE, OTHER]
    assert names("?decision=match&sort=name") == sorted([THIRD, SURE, OTHER])
    assert names("?sort=row&dir=desc") == [OTHER, STRANGER, SURE, THIRD]
    assert names("?decision=none") == [STRANGER]
    assert names("?text=3号") == [THIRD]
    assert names("?decision=said") == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_result_is_taken_away(house: House, client: Client, form: str) -> None:
    id = handed_in(client, house, f"{SURE}\n=1+1\n{UNSURE}\n")
    response = client.get(f"/matching/{id}/result.{form}")
    assert response.status_code == 200
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        head, *cells = sheet.iter_rows(values_only=True)
        rows = [dict(zip(head, (value or "" for value in row), strict=True)) for row in cells]
    assert [str(row["row"]) for row in rows] == ["1", "2", "3"]
    assert (rows[0]["decision"], rows[0]["uscc"], rows[0]["name"]) == ("match", firms(XINCHANG)[0][1], SURE)
    assert rows[0]["evidence"] and rows[2]["runner_up"]
    assert rows[2]["uscc"] == ""  # nothing is guessed
    assert client.get(f"/matching/{id}/result.docx").status_code == 400


def test_a_killed_run_goes_on_where_it_stopped(
    house: House, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = handed_in(client, house, f"{SURE}\n{OTHER}\n{THIRD}\n{STRANGER}\n", work=False)
    from jiqun.actions import matching

    real, asked = matching.match_names, []

    def killed_after_two(desk, actor, rows, **more):
        for number, one in enumerate(real(desk, actor, rows, **more)):
            if number == 2:
                raise KeyboardInterrupt
            yield one

    monkeypatch.setattr(matching, "match_names", killed_after_two)
    with pytest.raises(KeyboardInterrupt):
        match_work.work(house.desk, id)
    assert told(client, id)["is_working"]
    path = match_lists.files(house.desk).results(id)
    with path.open("ab") as file:
        file.write(b'{"asked": {"row"')  # a line cut short

    def watched(desk, actor, rows, **more):
        asked.extend(row.name for row in rows)
        return real(desk, actor, rows, **more)

    monkeypatch.setattr(matching, "match_names", watched)
    match_work.work(house.desk, id)
    assert asked == [THIRD, STRANGER]
    assert [row["asked"]["row"] for row in told(client, id)["rows"]] == [1, 2, 3, 4]
    assert len(lines(path, id)) == 4
    match_work.work(house.desk, id)  # taken up twice: nothing more
    assert len(lines(path, id)) == 4


def test_somebody_elses_list_does_not_exist_for_you(house: House, client: Client) -> None:
    id = handed_in(client, house, SURE)
    other = house.client("administrator")
    for address in (
        f"/matching/{id}/",
        f"/matching/{id}/review/",
        f"/matching/{id}/result.csv",
        f"/api/matching/{id}",
    ):
        assert other.get(address).status_code == 404, address
    assert other.post(f"/matching/{id}/answer/", {"row": 1, "choice": ""}).status_code == 404
    assert id not in [one["id"] for one in other.get("/api/matching").json()["lists"]]
    assert client.post(f"/matching/{id}/throw-away/").status_code == 302
    assert client.get(f"/matching/{id}/").status_code == 404


def test_the_interface_does_the_same(house: House) -> None:
    client = house.client("county_officer")
    made = client.post(
        "/api/matching", {"names": f"{SURE}\n{UNSURE}", "title": "自程序"}, content_type=JSON
    ).json()
    id = made["list"]["id"]
    assert made["is_working"]
    assert client.get(f"/api/matching/{id}/review").status_code == 409
    match_work.work(house.desk, id)
    found = client.get(f"/api/matching/{id}?decision=review").json()
    assert [row["asked"]["row"] for row in found["rows"]] == [2]
    row = client.get(f"/api/matching/{id}/review").json()["row"]
    address = f"/api/matching/{id}/rows/2"
    assert (
        client.put(address, {"subject": row["choices"][0]["subject"]}, content_type=JSON).json()["left"] == 0
    )
    assert client.delete(address).json()["left"] == 1
    assert (
        client.put(address, {"subject": "没有"}, content_type=JSON).json()["code"] == "match.unknown_choice"
    )
