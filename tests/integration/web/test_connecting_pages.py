"""Pages of connections: the five steps by forms, live pieces, twins, both languages; what a machine says is text."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from web_house import XINCHANG, House, key_of

from jiqun.intake.box_routes import answer
from jiqun.ledger import boxes, connections, factories
from jiqun.ledger.factories import Factory, Machine

KEY = "spring"
AT = f"/factories/{KEY}"
EVIL = "<script>alert(1)</script>"
HX = {"hx-request": "true"}


@pytest.fixture
def made(house: House) -> House:
    at = house.desk.now()
    factories.make(Factory(KEY, "试验弹簧厂", key_of(XINCHANG), XINCHANG), by="office", at=at)
    factories.put_machines(KEY, [Machine("furnace", "回火炉")])
    talk(house, site=KEY, box="box-1")
    return house


def talk(house: House, path: str = "/api/box", **told: Any) -> dict[str, Any]:
    """What the box says, and what it is answered."""
    body = json.dumps({"talk": 1, "site": KEY, "box": "box-1", **told}).encode()
    status, found = answer("POST", path, {}, body, site=KEY, at=house.desk.now())
    assert status == 200, found
    return dict(found)


def seen(house: House, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The open trial, answered."""
    (trial,) = boxes.open_trials(KEY, "box-1", at=house.desk.now())
    return talk(
        house, f"/api/box/trials/{trial.id}", state=more.pop("state", "running"), seen=list(rows), **more
    )


def row(name: str, value: object, **more: Any) -> dict[str, Any]:
    at = 1_790_000_000_000_000
    return {
        "address": f"ns=2;s={name}",
        "name": name,
        "value": value,
        "quality": "good",
        "read_us": at,
        **more,
    }


def followed(client: Client, address: str, form: dict[str, Any]) -> str:
    """Where a form leads."""
    response = client.post(address, form)
    assert response.status_code == 302, response.content.decode()[:600]
    return str(response.headers["Location"])


def text_of(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200, address
    return response.content.decode()


def at_step_four(made: House, client: Client) -> str:
    """The address of a draft whose box has seen an oven and a word."""
    place = {"box": "box-1", "machine": "", "new_name": "二号炉", "line": ""}
    step = followed(client, f"{AT}/connect/begin/", place)
    draft = step.rsplit("/", 2)[0]
    assert followed(client, f"{draft}/protocol/", {"kind": "opcua"}) == f"{draft}/3/"
    assert followed(client, f"{draft}/look/", {"address": "opc.tcp://10.0.0.9:4840/"}) == f"{draft}/3/"
    assert 'hx-trigger="every 1s"' in text_of(client, f"{draft}/3/")
    seen(made, row("furnace.temperature", 421.5), row(EVIL, EVIL, note="no_number"))
    return draft


def chosen(n: int = 0, **more: str) -> dict[str, Any]:
    told = {"address": "ns=2;s=furnace.temperature", "key": "f2.t", "unit": "摄氏度", "kind": "measurement",
            "role": "temperature", "name": "炉温", "scale": "1", "deadband": ""}  # fmt: skip
    form = {f"{name}-{n}": value for name, value in told.items()}
    return {"take": [str(n)], **form, **more}


def test_a_machine_is_connected_by_forms_alone(made: House) -> None:
    client = made.client("enterprise")
    assert "box-1" in text_of(client, f"{AT}/connect/")
    draft = at_step_four(made, client)
    live = text_of(client, f"{draft}/3/", **HX)
    assert "找到 2 个值" in live and "<html" not in live and f"{draft}/4/" in live
    table = text_of(client, f"{draft}/4/")
    assert 'value="摄氏度"' in table and "421.5" in table and "（猜测）" not in table and "猜" in table
    seen(made, row("furnace.temperature", 422.25))
    again = text_of(client, f"{draft}/4/", **HX)
    assert "422.25" in again and 'hx-swap-oob="true"' in again and "<html" not in again
    assert followed(client, f"{draft}/choose/", chosen()) == f"{draft}/5/"
    for n in range(4):
        seen(
            made,
            row("furnace.temperature", 420.0 + n)
            | {"name": "f2.t", "read_us": 1_790_000_000_000_000 + n * 1_000_000},
        )
    watched = text_of(client, f"{draft}/5/", **HX)
    assert "423" in watched and "<polyline" in watched and "炉温" in watched
    assert not connections.of_factory(KEY)
    there = followed(client, f"{draft}/save/", {"name": "二号炉"})
    page = text_of(client, there)
    assert "还没有读数到达" in page and "f2.t" in page
    assert client.get(f"{draft}/5/").status_code == 404, "the draft is gone"
    told = talk(made)
    assert told["connections"][0]["name"] == "二号炉" and told["config_version"] == 1


def test_what_a_machine_says_is_text_and_cut(made: House) -> None:
    client = made.client("enterprise")
    draft = at_step_four(made, client)
    for address in (f"{draft}/3/", f"{draft}/4/"):
        assert EVIL not in text_of(client, address) and EVIL not in text_of(client, address, **HX)
    seen(made, state="failed", fault="needs_certificate", said=EVIL * 30)
    page = text_of(client, f"{draft}/3/")
    assert EVIL not in page and "要求证书" in page and "secrets" in page
    talk(
        made,
        connectors=[{"name": EVIL, "kind": EVIL, "state": "down", "last_fault": EVIL, "counts": {}}],
        gate_fault=EVIL,
    )
    assert EVIL not in text_of(client, f"{AT}/connectors/")


def test_what_is_wrong_is_said_on_the_same_step(made: House) -> None:
    client = made.client("enterprise")
    assert followed(client, f"{AT}/connect/begin/", {"box": "box-1"}) == f"{AT}/connect/"
    assert "没有说是哪台设备" in text_of(client, f"{AT}/connect/")
    draft = at_step_four(made, client)
    wrong = chosen(**{"unit-0": "弗隆", "scale-0": "x"})
    assert followed(client, f"{draft}/choose/", wrong) == f"{draft}/4/"
    page = text_of(client, f"{draft}/4/")
    assert "没有确认单位" in page and "≠ 0" in page
    assert followed(client, f"{draft}/choose/", {"take": ["77", "x", "1"]}) == f"{draft}/4/"
    assert client.get(f"{draft}/5/").status_code == 409, "a step whose step before is not done"
    by_hand = {k.replace("-0", "-900"): v for k, v in chosen().items() if k != "take"}
    assert followed(client, f"{draft}/choose/", {**by_hand, "take": ["900"]}) == f"{draft}/5/"


def test_a_refused_or_silent_box_is_said_in_a_sentence(made: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = made.client("enterprise")
    step = followed(client, f"{AT}/connect/begin/", {"box": "box-1", "machine": "furnace"})
    draft = step.rsplit("/", 2)[0]
    client.post(f"{draft}/protocol/", {"kind": "modbus"})
    client.post(f"{draft}/look/", {"address": "10.0.0.9:502", "look_first": "100"})
    assert "边缘盒正在取指令" in text_of(client, f"{draft}/3/")
    later = made.desk.now() + timedelta(minutes=2)
    monkeypatch.setattr(type(made.desk), "now", lambda _: later)
    assert "边缘盒没有来取指令" in text_of(client, f"{draft}/3/", **HX)
    assert "边缘盒没有来取指令" in text_of(client, f"{AT}/connectors/")


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_pages_and_their_twins_say_the_same(made: House, lang: str) -> None:
    client = made.client("enterprise")
    client.cookies["django_language"] = lang
    draft = at_step_four(made, client)
    client.post(f"{draft}/choose/", chosen())
    client.post(f"{draft}/save/", {"name": "二号炉"})
    talk(
        made,
        connectors=[{"name": "二号炉", "kind": "opcua", "state": "up", "ordered": True, "counts": {}}],
        config_version=1,
    )
    for path in (f"{AT}/connectors/", f"{AT}/connections/二号炉/", f"{AT}/held/", f"{AT}/connect/"):
        assert client.get(path).status_code == 200
        twin = client.get(f"/api/pages{path}").json()
        assert twin["factory"]["key"] == KEY
    twin = client.get(f"/api/pages{AT}/connectors/").json()
    (box,) = twin["boxes"]
    assert box["connectors"][0]["state"] == "up" and box["connectors"][0]["card"]["share_good"] is None
    assert ("已连接" if lang == "zh-hans" else "connected") in text_of(client, f"{AT}/connectors/")
    file = client.get(f"{AT}/held/export.csv").content.decode("utf-8-sig")
    assert file.startswith("arrived_at,reason,point,seen")


def test_renamed_changed_and_taken_out_on_the_page(made: House) -> None:
    client = made.client("enterprise")
    draft = at_step_four(made, client)
    client.post(f"{draft}/choose/", chosen())
    there = followed(client, f"{draft}/save/", {"name": "二号炉"})
    there = followed(client, f"{there}rename/", {"name": "炉 2"})
    assert "炉 2" in text_of(client, there)
    changing = followed(client, f"{there}change/", {})
    assert "10.0.0.9" in text_of(client, changing)
    assert "第 3 步" in text_of(client, f"{AT}/connectors/")
    followed(client, changing.replace("/3/", "/drop/"), {})
    followed(client, f"{there}remove/", {})
    assert client.get(there).status_code == 404 and not connections.of_factory(KEY)


def test_the_line_of_a_live_chart() -> None:
    from jiqun.web.live_drawing import spark

    assert spark(()) == "" and spark(((0.0, 1.0),)) == ""
    assert spark(((-1.0, 1.0), (0.0, 3.0))) == "3.0,45.0 237.0,3.0"
    assert spark(((-1.0, 2.0), (0.0, 2.0))) == "3.0,24.0 237.0,24.0", "a steady value lies in the middle"


def test_encryption_is_one_choice_and_the_rest_is_folded_until_asked_for(made: House) -> None:
    client = made.client("enterprise")
    draft = at_step_four(made, client)
    page = text_of(client, f"{draft}/3/")
    chosen_word = 'value="" selected>不加密'
    assert (
        chosen_word in page
        and "Basic256Sha256，签名并加密（最常见）" in page
        and 'name="password_file"' in page
    )
    assert '<details class="pop-less"><summary>' in page and 'value="trusted"' in page
    form = {"address": "opc.tcp://10.0.0.9:4840/", "security": "Basic256Sha256-SignAndEncrypt"}
    followed(client, f"{draft}/look/", form | {"user": "operator", "password_file": "press-1"})
    (trial,) = boxes.open_trials(KEY, at=made.desk.now())
    told = {
        name: trial.options[name] for name in ("security", "user", "password_file", "trusted", "key_file")
    }
    assert told == {
        "security": "Basic256Sha256-SignAndEncrypt", "user": "operator", "password_file": "press-1", "trusted": "trusted",
        "key_file": "opcua.key",
    }  # fmt: skip
    said = "LineFault: line.server_unknown: press · SHA-1 AB12 · rejected/10.0.0.9-4840.der"
    seen(made, state="failed", fault="server_unknown", said=said)
    page = text_of(client, f"{draft}/3/")
    assert (
        "边缘盒还不信任对方的证书" in page
        and "--trust" in page
        and "press · SHA-1 AB12 · rejected" in page
        and "LineFault" not in page
    )
    assert '<details class="pop-less" open><summary>' in page


def test_no_strange_encryption_and_no_password_in_an_address_is_taken(made: House) -> None:
    client = made.client("enterprise")
    draft = at_step_four(made, client)
    for form in (
        {"address": "opc.tcp://10.0.0.9:4840/", "security": "Basic128Rsa15-Sign"},
        {"address": "opc.tcp://op:s3cret@10.0.0.9:4840/"},
    ):
        page = client.post(f"{draft}/look/", form, follow=True).content.decode()
        assert "这一项" in page and "s3cret" not in page, form
        (trial,) = boxes.open_trials(KEY, at=made.desk.now())
        assert trial.options["address"] == "opc.tcp://10.0.0.9:4840/" and trial.options["security"] == ""


def test_modbus_says_plainly_that_it_has_no_security(made: House) -> None:
    client = made.client("enterprise")
    step = followed(
        client, f"{AT}/connect/begin/", {"box": "box-1", "machine": "", "new_name": "表", "line": ""}
    )
    page = text_of(client, step)
    assert "协议没有加密和口令" in page and "单独的网段" in page
    draft = step.rsplit("/", 2)[0]
    followed(client, f"{draft}/protocol/", {"kind": "modbus"})
    assert 'name="security"' not in text_of(client, f"{draft}/3/")
