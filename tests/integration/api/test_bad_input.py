"""Bad input at the door: each gets its clear answer in the one shape, and nothing is lost or written."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory
from web_house import REVENUE, SHEET_HEADER, SHENGZHOU, XINCHANG, House, as_csv, key_of

from jiqun.lake.files import Limits

JSON = "application/json"
ROW = ("新昌县坏表试验有限公司", "", "浙江省绍兴市新昌县人民路1号", "5")


def hand_in(client: Client, body: bytes, name: str = "名单.csv", kind: str = "enterprises") -> HttpResponse:
    return client.post(
        "/api/imports", {"kind": kind, "source": f"sheet_{XINCHANG}", "file": SimpleUploadedFile(name, body)}
    )


def in_the_shape(response: HttpResponse, status: int, code: str = "") -> dict:
    """The one shape of errors, as the answer should have it."""
    said = response.json()
    assert response.status_code == status, said
    assert said["ok"] is False
    assert said["status"] == status
    assert said["error"]
    assert isinstance(said["errors"], list)
    assert not code or said["code"] == code
    return said


def test_a_gbk_file_is_read_and_said_so(house: House) -> None:
    text = as_csv(SHEET_HEADER, [ROW]).decode()
    said = hand_in(house.client("county_officer"), text.encode("gb18030")).json()
    assert said["upload"]["sample"][0][0] == ROW[0]
    assert any("GBK" in note for note in said["notes"])


def test_another_delimiter_is_read_and_said_so(house: House) -> None:
    text = as_csv(SHEET_HEADER, [ROW]).decode().replace(",", ";")
    said = hand_in(house.client("county_officer"), text.encode()).json()
    assert said["upload"]["columns"] == list(SHEET_HEADER)
    assert any("分隔符" in note for note in said["notes"])


def test_a_missing_column_names_what_is_there(house: House) -> None:
    client = house.client("county_officer")
    id = hand_in(client, as_csv(("编号", "地点"), [("1", "新昌县")])).json()["upload"]["id"]
    response = client.put(f"/api/imports/{id}/mapping", {"columns": {}}, content_type=JSON)
    said = in_the_shape(response, 400, "gate.missing_column")
    assert "编号" in said["error"]
    assert "企业名称" in said["error"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "gate.empty_file"),
        (b"\x00\x01\x02\x03 binary \x00" * 20, "gate.not_a_table"),
        (b"PK\x03\x04 not really a workbook", "gate.unreadable"),
        (b"\x1f\x8b not really gzip", "gate.unreadable"),
    ],
)
def test_what_is_no_table_is_refused_and_not_kept(house: House, body: bytes, code: str) -> None:
    client = house.client("county_officer")
    before = set(house.desk.uploads.iterdir())
    in_the_shape(hand_in(client, body), 400, code)
    assert set(house.desk.uploads.iterdir()) == before


def test_a_zip_bomb_is_stopped_before_it_unpacks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.desk.__dict__, "limits", Limits(5_000_000, 3_000_000))
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    assert len(bomb.getvalue()) < 100_000
    in_the_shape(hand_in(house.client("county_officer"), bomb.getvalue(), "表.xlsx"), 400, "gate.zip_bomb")


def test_five_gigabytes_are_refused_before_a_byte_is_read(house: House) -> None:
    class Unread(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

    client = house.client("county_officer")
    for address in ("/api/imports", "/imports/receive/", "/login/", "/api/tokens", "/tokens/issue/"):
        request = RequestFactory().post(address, HTTP_HOST="127.0.0.1").environ
        request |= {
            "CONTENT_LENGTH": str(5 * 1024**3), "CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": Unread(),
            "HTTP_COOKIE": "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()),
        }  # fmt: skip
        response = client.handler(request)
        assert response.status_code == 413, address
        if address.startswith("/api/"):
            assert response["Content-Type"].startswith(JSON)


@pytest.mark.parametrize("length", ["abc", "-1", "٣"])
def test_a_length_that_is_none_is_refused(house: House, length: str) -> None:
    response = house.client("analyst").generic(
        "POST", "/api/tokens", b"", content_type=JSON, CONTENT_LENGTH=length
    )
    assert response.status_code in (400, 422)


def test_html_in_a_name_is_text_everywhere(house: House) -> None:
    name = "<script>alert(1)</script>新昌县公司"
    rows = [(name, "", "浙江省绍兴市新昌县人民路3号", "1")]
    source = f"sheet_{XINCHANG}"
    batch = house.load(
        SHEET_HEADER, [*rows, ("", name, "", "")], source, house.actor("county_officer"), mapping=REVENUE
    )
    client = house.client("county_officer")
    assert batch.flagged >= 1
    row = client.get(f"/api/quarantine?batch={batch.batch_id}").json()["rows"][0]["id"]
    upload = hand_in(client, as_csv(SHEET_HEADER, rows), name=f"{name}.csv").json()["upload"]["id"]
    pages = (
        f"/subjects/enterprise:{name}/",
        f"/quarantine/{row}/",
        f"/batches/{batch.batch_id}/",
        f"/imports/{upload}/",
        "/imports/",
    )
    for address in pages:
        response = client.get(address)
        assert response.status_code == 200, address
        assert b"<script>alert" not in response.content, address
    export = client.get("/api/export/enterprises?q=新昌县公司").content.decode("utf-8-sig")
    assert name in export  # a CSV cell is text; what must not begin like a formula is defused


def test_a_formula_is_defused_in_csv_and_text_in_a_workbook(house: House) -> None:
    import openpyxl

    name = "=HYPERLINK(1)新昌县公司"
    rows = [(name, "", "浙江省绍兴市新昌县人民路4号", "-5")]
    house.load(SHEET_HEADER, rows, f"sheet_{XINCHANG}", house.actor("county_officer"), mapping=REVENUE)
    client = house.client("county_officer")
    csv = client.get("/api/export/enterprises").content
    assert csv.startswith(b"\xef\xbb\xbf")
    assert f"'{name}" in csv.decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/api/export/enterprises?format=xlsx").content))
    (cell,) = [cell for row in book.active.iter_rows() for cell in row if cell.value == name]
    assert cell.data_type == "s"
    facts = client.get(f"/api/export/facts?subject=enterprise:{name}").content.decode("utf-8-sig")
    assert ",-5," in facts  # a number stays a number
    assert "synthetic" in facts.splitlines()[0]


@pytest.mark.parametrize(
    "address",
    ["/api/batches/{batch}", "/batches/{batch}/", "/api/pages/batches/{batch}/", "/api/quarantine?batch={batch}",
     "/quarantine/?batch={batch}", "/api/facts/{fact}/why", "/why/fact/{fact}/", "/api/pages/why/fact/{fact}/"],
)  # fmt: skip
def test_an_id_of_another_county_in_the_address(house: House, address: str) -> None:
    batch = house.batches[SHENGZHOU]
    rows = house.client("administrator").get(f"/api/facts?batch={batch}").json()["rows"]
    fact = next(row["id"] for row in rows if row["subject"]["key"] == key_of(SHENGZHOU))
    response = house.client("county_officer").get(address.format(batch=batch, fact=fact))
    assert response.status_code == 403
    if address.startswith("/api/"):
        in_the_shape(response, 403, "auth.scope")
    assert "1000" not in response.content.decode()


def test_private_facts_of_another_county_are_in_no_list(house: House) -> None:
    client = house.client("county_officer")
    for address in (
        f"/api/facts?batch={house.batches[SHENGZHOU]}",
        f"/api/subjects/{key_of(SHENGZHOU)}/facts",
    ):
        assert client.get(address).json()["total"] == 0
    assert client.get(f"/api/facts?batch={house.batches[XINCHANG]}").json()["total"] == 3
    exported = client.get("/api/export/facts").content.decode()
    assert key_of(SHENGZHOU) not in exported
    assert key_of(XINCHANG) in exported
    assert house.client("analyst").get(f"/api/facts?batch={house.batches[XINCHANG]}").json()["total"] == 0


def test_a_token_without_the_scope(house: House) -> None:
    bearer = Client(headers={"host": "127.0.0.1", **house.bearer("administrator", "read_public")})
    assert bearer.get("/api/facts").status_code == 200
    in_the_shape(bearer.get("/api/audit"), 403, "auth.token_scope")
    in_the_shape(bearer.post(f"/api/batches/{house.batches[XINCHANG]}/undo"), 403, "auth.token_scope")


def test_a_token_narrowed_to_a_county(house: House) -> None:
    from jiqun.ledger.scopes import Scope

    headers = house.bearer(
        "provincial_officer", "import_data", "undo_batch", "read_public", scope=Scope("region", XINCHANG)
    )
    bearer = Client(headers={"host": "127.0.0.1", **headers})
    assert bearer.get(f"/api/batches/{house.batches[XINCHANG]}").status_code == 200
    in_the_shape(bearer.get(f"/api/batches/{house.batches[SHENGZHOU]}"), 403)
