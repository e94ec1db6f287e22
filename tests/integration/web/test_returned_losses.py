"""What the marked workbook lacks of the one handed in is said on the page and on its first sheet."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from forms_register import HEADER, code_of, name_of, register_rows
from openpyxl.chart import BarChart, Reference
from web_house import SYSTEM, XINCHANG, House

from jiqun.actions import upload_work
from jiqun.lake.forms.returned import TITLE
from jiqun.lake.forms.unkept import unkept_parts

SHAPES = b'<xdr:wsDr xmlns:xdr="x"><xdr:sp macro=""><a/></xdr:sp><xdr:cxnSp/><xdr:spPr/></xdr:wsDr>'
ADDED = {
    "xl/media/image1.png": b"\x89PNG",
    "xl/media/image2.jpeg": b"\xff\xd8",
    "xl/vbaProject.bin": b"macro",
    "xl/drawings/drawing9.xml": SHAPES,
    "xl/drawings/vmlDrawing1.vml": b"<xml/>",
}


def workbook(added: dict[str, bytes], *, chart: bool) -> bytes:
    """One good row and one wrong one, a chart beside them, and parts as other programs write them."""
    book = openpyxl.Workbook()
    page = book.active
    for row in (
        ("企业名称", "统一社会信用代码", "注册资本（万元）"), (name_of("云岭"), code_of("云岭"), 500),
        (name_of("天姥"), "12345", 80),
    ):  # fmt: skip
        page.append(row)
    if chart:
        drawn = BarChart()
        drawn.add_data(Reference(page, min_col=3, min_row=1, max_row=3), titles_from_data=True)
        page.add_chart(drawn, "F2")
    kept = io.BytesIO()
    book.save(kept)
    with zipfile.ZipFile(kept, "a") as archive:
        for part, body in added.items():
            archive.writestr(part, body)
    return kept.getvalue()


def checked(house: House, body: bytes) -> tuple[str, str, str, zipfile.ZipFile]:
    """Hand a workbook in and have it checked: what the page says, the twin says, the first sheet says; the workbook."""
    client = house.client("county_officer")
    form = {
        "kind": "enterprises",
        "source": f"sheet_{XINCHANG}",
        "file": SimpleUploadedFile("表.xlsx", body),
    }
    upload = client.post("/imports/receive/", form)["Location"].strip("/").rpartition("/")[2]
    shown = client.get(f"/api/imports/{upload}").json()["form"]
    mapping = {"columns": {one["name"]: one["column"] for one in shown["fields"]}, "facts": []}
    client.put(f"/api/imports/{upload}/mapping", mapping, content_type="application/json")
    client.post(f"/api/imports/{upload}/check")
    upload_work.work(house.desk, upload)
    back = b"".join(client.get(f"/imports/{upload}/returned.xlsx").streaming_content)
    first = openpyxl.load_workbook(io.BytesIO(back))[TITLE]["A3"].value
    page = client.get(f"/imports/{upload}/").content.decode()
    lost = client.get(f"/api/imports/{upload}").json()["lost"]
    return page, lost, first, zipfile.ZipFile(io.BytesIO(back))


@pytest.fixture
def office(house: House) -> House:
    house.load(HEADER, register_rows(), "register", SYSTEM)
    return house


def test_what_is_lost_is_said_on_the_page_and_on_the_first_sheet(office: House) -> None:
    page, lost, first, back = checked(office, workbook(ADDED, chart=True))
    assert "图片 2、宏 1、图形、文本框 2" in lost and "图表已重画，样式可能有出入：1" in lost
    assert lost in page and lost in first
    parts = back.namelist()
    assert any(part.startswith("xl/charts/chart") for part in parts), "a chart is drawn anew, as is said"
    assert not any(part.startswith("xl/media") or "vbaProject" in part for part in parts), "lost, as is said"


def test_of_a_whole_copy_nothing_is_said(office: House) -> None:
    page, lost, first, _ = checked(office, workbook({}, chart=False))
    assert lost == "" and "没有原表的" not in page and "没有原表的" not in first


def test_a_file_that_is_no_archive_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "表.csv").write_text("企业名称\n甲\n", "utf-8")
    assert unkept_parts(tmp_path / "表.csv") == {}


def test_a_drawing_that_cannot_be_read_has_no_shapes(tmp_path: Path) -> None:
    body = workbook({"xl/drawings/drawing9.xml": SHAPES * 50}, chart=False)
    (tmp_path / "坏.xlsx").write_bytes(body.replace(SHAPES[:40], b"<" * 40))
    assert unkept_parts(tmp_path / "坏.xlsx") == {}
