"""Connecting a machine by the interface alone: five steps, what the box sees, saving, and every refusal in the one shape."""

import json
from typing import Any

import pytest
from django.test import Client
from web_house import XINCHANG, House, key_of

from jiqun.intake.box_routes import answer
from jiqun.ledger import audit, boxes, connections, factories
from jiqun.ledger.factories import Factory, Machine

KEY = "spring"
AT = f"/api/factories/{KEY}"
JSON = "application/json"
OVEN = {"key": "f2.t", "address": "ns=2;s=furnace.t", "unit": "摄氏度", "role": "temperature", "name": "炉温"}
HERE = {"address": "opc.tcp://10.0.0.9:4840/"}


@pytest.fixture
def made(house: House) -> House:
    at = house.desk.now()
    factories.make(Factory(KEY, "试验弹簧厂", key_of(XINCHANG), XINCHANG), by="office", at=at)
    factories.put_machines(KEY, [Machine("furnace", "回火炉")])
    talk(house)
    return house


def talk(house: House, path: str = "/api/box", **told: Any) -> dict[str, Any]:
    """What the box says, and what it is answered."""
    body = json.dumps({"talk": 1, "site": KEY, "box": "box-1", **told}).encode()
    status, found = answer("POST", path, {}, body, site=KEY, at=house.desk.now())
    assert status == 200, found
    return dict(found)


def seen(house: House, **row: Any) -> None:
    """The open trial, answered with one value."""
    (trial,) = boxes.open_trials(KEY, "box-1", at=house.desk.now())
    told = {
        "address": OVEN["address"],
        "name": "furnace.temperature",
        "quality": "good",
        "read_us": 1_790_000_000_000_000,
    }
    talk(house, f"/api/box/trials/{trial.id}", state="running", seen=[told | row])


def told(client: Client, method: str, address: str, body: object = None, status: int = 200) -> Any:
    """What a request is answered."""
    response = getattr(client, method)(address, body if method == "get" else (body or {}), content_type=JSON)
    assert response.status_code == status, response.content.decode()[:600]
    return response.json()


def begun(client: Client) -> str:
    """The address of a draft for the furnace, its protocol and its address said."""
    draft = told(client, "post", f"{AT}/connect", {"box": "box-1", "machine": "furnace"})["draft"]
    at = f"{AT}/connect/{draft['id']}"
    fields = told(client, "put", f"{at}/protocol", {"kind": "opcua"})["fields"]
    assert [one["name"] for one in fields if one["needed"]] == ["address"]
    tried = told(client, "put", f"{at}/address", {"options": HERE})
    assert tried["trial"]["state"] == "waiting" and tried["trial"]["is_open"]
    return at


def test_a_machine_is_connected_by_the_interface_alone(made: House) -> None:
    client = made.client("enterprise")
    at = begun(client)
    seen(made, value=421.5)
    (row,) = told(client, "get", f"{at}?step=4&text=furnace")["rows"]
    assert (row["value"], row["unit"], row["number"], row["chosen"]) == (421.5, "摄氏度", True, False)
    assert told(client, "get", f"{at}?text=nothing")["rows"] == []
    chosen = told(client, "put", f"{at}/points", {"points": [OVEN]})
    assert chosen["step"] == 5 and chosen["trial"]["kind"] == "watch"
    for n in range(3):
        seen(made, name="f2.t", value=420.0 + n, read_us=1_790_000_000_000_000 + n * 1_000_000)
    (row,) = told(client, "get", at)["rows"]
    assert row["value"] == 422.0 and [value for _, value in row["trail"]] == [420.0, 421.0, 422.0]
    assert not connections.of_factory(KEY), "nothing is kept before it is saved"
    saved = told(client, "post", f"{at}/save", {"name": "回火炉 1 号"})
    assert (saved["connection"]["machine"], saved["state"], saved["first_at"]) == ("furnace", "waiting", None)
    assert told(client, "get", at, status=404)["code"] == "connect.no_draft"
    (order,) = talk(made)["connections"]
    assert order["name"] == "回火炉 1 号" and order["points"][0]["key"] == "f2.t"
    assert [one.action for one in audit.list_page(target=f"factory:{KEY}").rows][:1] == ["connect.save"]


def test_a_saved_connection_is_seen_changed_renamed_taken_out(made: House) -> None:
    client = made.client("enterprise")
    at = begun(client)
    told(client, "put", f"{at}/points", {"points": [OVEN]})
    told(client, "post", f"{at}/save", {"name": "炉"})
    one = f"{AT}/connections/炉"
    listed, twin = (
        told(client, "get", address) | {"now": ""}
        for address in (f"{AT}/connections", f"/api/pages/factories/{KEY}/connectors/")
    )
    assert listed == twin and [one["name"] for one in listed["boxes"][0]["connectors"]] == ["炉"]
    change = told(client, "post", f"{one}/change")
    assert change["draft"]["connection"] == "炉" and change["step"] == 3
    tried = told(client, "post", f"{AT}/connect/{change['draft']['id']}/try")
    assert tried["draft"]["told"]["points"][0]["key"] == "f2.t"
    (trial,) = boxes.open_trials(KEY, "box-1", at=made.desk.now())
    assert trial.kind == "watch", "the points are chosen already"
    dropped = told(client, "delete", f"{AT}/connect/{change['draft']['id']}")
    assert dropped["drafts"] == [] and not boxes.open_trials(KEY, at=made.desk.now())
    assert told(client, "post", f"{one}/rename", {"name": "炉二"})["connection"]["name"] == "炉二"
    assert told(client, "get", one, status=404)["code"] == "connect.unknown"
    told(client, "delete", f"{AT}/connections/炉二")
    assert not connections.of_factory(KEY)


def test_the_box_is_asked_once_more_to_look(made: House) -> None:
    client = made.client("enterprise")
    at = begun(client)
    (first,) = boxes.open_trials(KEY, at=made.desk.now())
    told(client, "post", f"{at}/try")
    (again,) = boxes.open_trials(KEY, at=made.desk.now())
    assert again.id != first.id and again.options == first.options and again.kind == "browse"


def test_every_refusal_has_the_one_shape_and_says_what_is_allowed(made: House) -> None:
    client = made.client("enterprise")
    refused = told(client, "post", f"{AT}/connect", {"box": "box-1", "machine": "none"}, 400)
    assert refused["code"] == "connect.no_machine" and not refused["ok"] and "furnace" in refused["error"]
    draft = told(client, "post", f"{AT}/connect", {"box": "box-1", "new_name": "新炉"})["draft"]["id"]
    at = f"{AT}/connect/{draft}"
    early = [("put", "address", {"options": HERE}), ("put", "points", {"points": [OVEN]}), ("post", "try", {}),
             ("post", "save", {"name": "炉"})]  # fmt: skip
    for method, what, body in early:
        assert told(client, method, f"{at}/{what}", body, 409)["code"] == "connect.step", what
    assert told(client, "get", f"{at}?step=5", status=409)["code"] == "connect.step"
    assert told(client, "put", f"{at}/protocol", {"kind": "fax"}, 400)["code"] == "connect.no_protocol"
    told(client, "put", f"{at}/protocol", {"kind": "opcua"})
    for body in (
        {"options": HERE | {"adress": "x"}},
        {"options": HERE, "looks": {"strange": 1}},
        {"options": {}},
    ):
        assert told(client, "put", f"{at}/address", body, 400)["code"] == "connect.bad_option", body
    told(client, "put", f"{at}/address", {"options": HERE})
    wrong = [OVEN | {"unit": "格"}, OVEN | {"scale": 0.0}]
    refused = told(client, "put", f"{at}/points", {"points": wrong}, 400)
    found = [(line["row"], line["column"], line["code"]) for line in refused["errors"]]
    assert refused["code"] == "connect.points_refused"
    assert found == [
        (1, "unit", "connect.bad_unit"),
        (2, "key", "connect.key_taken"),
        (2, "scale", "connect.bad_point"),
    ]
    for body in ({"points": [OVEN | {"scale": "1"}]}, {"points": [OVEN | {"strange": 1}]}, {"points": 3}):
        refused = told(client, "put", f"{at}/points", body, 422)
        assert refused["code"] == "http.invalid_field" and refused["errors"][0]["column"].startswith("body")


def test_another_enterprise_and_a_workshop_connect_nothing(made: House) -> None:
    at = begun(made.client("enterprise"))
    for role in ("workshop", "county_officer", "auditor"):
        client = made.client(role)
        assert told(client, "get", at, status=403)["code"], role
        assert told(client, "delete", at, status=403)["ok"] is False
    assert connections.drafts(KEY)


def test_the_description_names_every_step(made: House) -> None:
    document = made.client("enterprise").get("/api/openapi.json").json()
    found = {(method, path) for path, methods in document["paths"].items() for method, one in methods.items()
             if one.get("tags") == ["connecting"]}  # fmt: skip
    draft, one = "/api/factories/{key}/connect/{id}", "/api/factories/{key}/connections/{name}"
    assert found == {
        ("get", "/api/factories/{key}/connections"), ("post", "/api/factories/{key}/connect"), ("get", draft),
        ("put", f"{draft}/place"), ("put", f"{draft}/protocol"), ("put", f"{draft}/address"), ("put", f"{draft}/points"),
        ("post", f"{draft}/try"), ("post", f"{draft}/save"), ("delete", draft), ("get", one), ("post", f"{one}/change"),
        ("post", f"{one}/rename"), ("delete", one),
    }  # fmt: skip
    answer = document["paths"][draft]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert "ConnectContext" in answer["$ref"]
