"""The interface: its description, who is let in, the one shape of every failure, numbers as text, limits of lists."""

from datetime import timedelta

import pytest
from django.test import Client
from web_house import XINCHANG, House, key_of

from jiqun.actions import tokens
from jiqun.ledger import accounts

JSON = "application/json"


def spoken(response: object) -> dict:
    """An error in the one shape."""
    said = response.json()  # type: ignore[attr-defined]
    assert set(said) == {"ok", "code", "error", "errors", "status"}
    assert (said["ok"], said["status"]) == (False, response.status_code)  # type: ignore[attr-defined]
    return said


def test_the_description_needs_no_other_host_and_names_every_failure(house: House) -> None:
    document = house.client("analyst").get("/api/openapi.json").json()
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            assert {"200", "400", "401", "403", "404", "405", "422", "500"} <= set(answers), (method, address)
            if method in ("post", "put"):
                assert {"413", "415"} <= set(answers), (method, address)
            for status, answer in answers.items():
                if status != "200":
                    assert answer["content"][JSON]["schema"]["$ref"].endswith("/ErrorShape")
            assert operation["security"]
            assert operation["description"] or operation["summary"]
    page = house.client("analyst").get("/api/docs").content.decode()
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "cdn" not in page
    assert "/api/facts" in page


def test_the_description_is_for_who_is_logged_in(house: House) -> None:
    assert spoken(house.client().get("/api/openapi.json"))["code"] == "auth.not_logged_in"
    bearer = house.bearer("analyst", "read_public")
    assert house.client().get("/api/openapi.json", headers=bearer).json()["openapi"].startswith("3.1")


def test_every_page_has_its_twin_in_the_description(house: House) -> None:
    document = house.client("analyst").get("/api/openapi.json").json()
    twins = {address for address in document["paths"] if address.startswith("/api/pages/")}
    assert {
        "/api/pages/",
        "/api/pages/clusters/",
        "/api/pages/subjects/{key}/",
        "/api/pages/batches/{id}/",
    } <= twins


def test_chinese_is_not_escaped_and_decimals_are_text(house: House) -> None:
    response = house.client("county_officer").get(f"/api/facts?batch={house.batches[XINCHANG]}&size=1")
    assert "新昌县" in response.content.decode()
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response.json()["rows"][0]["value"] == "1000"


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch"])
def test_an_address_that_is_none(house: House, method: str) -> None:
    response = getattr(house.client("analyst"), method)("/api/no/such/thing")
    assert spoken(response)["status"] == 404


def test_a_method_that_is_not_taken(house: House) -> None:
    response = house.client("analyst").delete("/api/facts")
    assert spoken(response)["code"] == "http.method_not_allowed"
    assert response["Allow"] == "GET"


def test_a_content_type_that_is_not_taken(house: House) -> None:
    response = house.client("analyst").post("/api/tokens", "a=b", content_type="text/plain")
    assert (response.status_code, spoken(response)["code"]) == (415, "http.media_type")


def test_a_body_too_large_for_json(house: House) -> None:
    response = house.client("analyst").post("/api/tokens", b" " * 1_500_000, content_type=JSON)
    assert (response.status_code, spoken(response)["code"]) == (413, "gate.too_large")


def test_a_body_that_is_no_json(house: House) -> None:
    response = house.client("analyst").post("/api/tokens", b"{", content_type=JSON)
    assert response.status_code in (400, 422)
    spoken(response)


def test_a_query_too_long(house: House) -> None:
    assert (
        spoken(house.client("analyst").get("/api/subjects?q=" + "a" * 5000))["code"] == "http.query_too_long"
    )


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=1.5", "size=0", "size=501", "size=true", "q=" + "长" * 201, "as_of=x"]
)
def test_a_field_that_is_not_what_it_should_be(house: House, query: str) -> None:
    address = "/api/subjects" if query.startswith("q=") else "/api/facts"
    response = house.client("analyst").get(f"{address}?{query}")
    said = spoken(response)
    assert response.status_code in (400, 422)
    if response.status_code == 422:
        (line,) = said["errors"]
        assert line["column"] == "query." + query.partition("=")[0]


@pytest.mark.parametrize(
    "body",
    [
        {"label": "x", "permissions": ["read_public"], "days": True},
        {"label": "x", "permissions": ["read_public"], "days": "30"},
        {"label": "x", "permissions": ["read_public"], "days": 30.0},
        {"label": "x", "permissions": ["read_public"], "days": 0},
        {"label": "x", "permissions": [], "days": 30},
        {"label": "", "permissions": ["read_public"]},
        {"label": "x", "permissions": ["read_public"], "unheard_of": 1},
        {"label": "x\u0000", "permissions": ["read_public"]},
    ],
)
def test_numbers_are_strict_and_unknown_fields_are_refused(house: House, body: dict) -> None:
    response = house.client("analyst").post("/api/tokens", body, content_type=JSON)
    assert response.status_code == 422
    assert spoken(response)["errors"]


def test_nul_in_an_address_or_query(house: House) -> None:
    client = house.client("analyst")
    for address in (
        "/api/subjects/region:%00",
        "/api/subjects?q=%00ab",
        "/api/batches/%00",
        "/api/sources/a%00b",
    ):
        assert client.get(address).status_code in (400, 403, 404, 422), address


UNKNOWN = (
    "facts/f0/why", "subjects/region:999999", "subjects/enterprise:x/facts", "indicators/no_such", "regions/999999",
    "sources/no_such", "batches/b0", "quarantine/999999", "imports/u0", "accounts/999999", "pages/clusters/no_such/",
    "facts?subject=region:999999", "facts?indicator=no_such", "facts?source=no_such",
    "export/facts?subject=region:999999",
)  # fmt: skip


def test_keys_nobody_knows(house: House) -> None:
    client = house.client("administrator")
    for address in UNKNOWN:
        response = client.get(f"/api/{address}")
        assert response.status_code == 404, address
        spoken(response)


def test_strangers_and_bad_tokens(house: House) -> None:
    stranger = house.client()
    assert spoken(stranger.get("/api/facts"))["code"] == "auth.not_logged_in"
    assert stranger.get("/api/facts")["WWW-Authenticate"] == "Bearer"
    for token in ("jq_0000000000_nothing", "nonsense", "", "jq_", "jq__"):
        refused = stranger.get("/api/facts", headers={"authorization": f"Bearer {token}"})
        assert refused.status_code == 401, token
        spoken(refused)


def test_a_bad_token_is_not_saved_by_a_session(house: House) -> None:
    client = house.client("administrator")
    assert (
        client.get("/api/facts", headers={"authorization": "Bearer jq_0000000000_nothing"}).status_code == 401
    )


def test_a_token_expires_and_can_be_revoked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = house.client("analyst")
    made = client.post(
        "/api/tokens", {"label": "试", "permissions": ["read_public"], "days": 1}, content_type=JSON
    ).json()
    bearer = {"authorization": f"Bearer {made['token']}"}
    stranger = house.client()
    assert stranger.get("/api/facts", headers=bearer).status_code == 200
    later = house.desk.now() + timedelta(days=2)
    with monkeypatch.context() as patched:
        patched.setattr(type(house.desk), "now", lambda _: later)
        assert spoken(stranger.get("/api/facts", headers=bearer))["code"] == "auth.token_expired"
    assert client.delete(f"/api/tokens/{made['id']}").status_code == 200
    assert stranger.get("/api/facts", headers=bearer).status_code == 401


def test_a_token_makes_no_tokens_and_opens_no_page(house: House) -> None:
    bearer = house.bearer("analyst", "manage_tokens", "read_public")
    body = {"label": "更多", "permissions": ["read_public"]}
    refused = house.client().post("/api/tokens", body, content_type=JSON, headers=bearer)
    assert spoken(refused)["code"] == "token.by_token"
    assert house.client().get("/subjects/", headers=bearer).status_code == 302


def test_a_token_never_exceeds_its_owner(house: House) -> None:
    body = {"label": "更大", "permissions": ["read_public", "manage_users"]}
    refused = house.client("analyst").post("/api/tokens", body, content_type=JSON)
    assert spoken(refused)["code"] == "token.beyond_role"


def test_the_token_dies_with_the_account(house: House) -> None:
    bearer = house.bearer("analyst", "read_public")
    accounts.set_active(house.people["analyst"], False)
    assert house.client().get("/api/facts", headers=bearer).status_code == 401


def test_a_session_needs_the_csrf_token_to_write(house: House) -> None:
    from django.contrib.auth import get_user_model

    client = Client(headers={"host": "127.0.0.1"}, enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.get(pk=house.people["analyst"]))
    body = {"label": "试", "permissions": ["read_public"]}
    assert client.get("/api/facts").status_code == 200
    assert spoken(client.post("/api/tokens", body, content_type=JSON))["code"] == "auth.csrf"
    page = client.post("/tokens/issue/", body)
    assert page.status_code == 403
    bearer = house.bearer("provincial_officer", "import_data", "undo_batch")
    stranger = Client(headers={"host": "127.0.0.1", **bearer}, enforce_csrf_checks=True)
    assert stranger.post("/api/batches/b0/undo").status_code == 404  # a token needs none


def test_lists_are_turned_page_by_page(house: House) -> None:
    client = house.client("administrator")
    first = client.get("/api/subjects?kind=enterprise&size=4&real=true").json()
    second = client.get("/api/subjects?kind=enterprise&size=4&page=2&real=true").json()
    assert (len(first["rows"]), first["total"], first["has_more"]) == (4, 6, True)
    assert (len(second["rows"]), second["has_more"]) == (2, False)
    assert not {row["key"] for row in first["rows"]} & {row["key"] for row in second["rows"]}


def test_a_place_answers_to_its_old_code_and_name(house: House) -> None:
    client = house.client("analyst")
    assert client.get("/api/regions/330621").json()["region"]["code"] == "330603"
    assert client.get("/api/regions/新昌县").json()["region"]["code"] == "330624"


def test_facts_as_known_on_an_earlier_day(house: House) -> None:
    client = house.client("county_officer")
    subject = key_of(XINCHANG)
    assert client.get(f"/api/subjects/{subject}/facts").json()["total"] == 1
    assert client.get(f"/api/subjects/{subject}/facts?as_of=2020-01-01").json()["total"] == 0


def test_secrets_are_on_no_page_and_in_no_trail(house: House) -> None:
    admin = house.client("administrator")
    made = admin.post(
        "/api/accounts", {"username": "li.ming", "display_name": "李明"}, content_type=JSON
    ).json()
    issued = tokens.issue(
        house.desk, "试", ["read_public"], by=house.actor("administrator"), at=house.desk.now()
    )
    trail = admin.get("/api/audit?size=500").content.decode()
    assert "account.create" in trail
    assert made["password"] not in trail
    assert issued.plaintext not in trail + admin.get("/tokens/").content.decode()


def test_a_fault_of_ours_has_the_shape_and_says_nothing_inside(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jiqun.actions.reading import lists

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(lists, "regions_list", broken)
    response = house.client("analyst").get("/api/regions")
    assert spoken(response)["code"] == "http.server_error"
    assert "secret" not in response.content.decode()
