"""Audit, accounts and tokens on pages: narrowed, handed out, given, taken back; secrets are shown once."""

import re

import pytest
from web_house import XINCHANG, House

from jiqun.ledger import accounts, tokens


def test_the_trail_is_narrowed_by_action_person_target_and_day(house: House) -> None:
    client = house.client("auditor")
    everything = client.get("/api/pages/audit/").json()["total"]
    by_action = client.get("/api/pages/audit/?action=import.enterprises").json()
    assert 0 < by_action["total"] < everything
    assert {row["action"] for row in by_action["rows"]} == {"import.enterprises"}
    target = f"batch:{house.batches[XINCHANG]}"
    assert client.get(f"/api/pages/audit/?target={target}").json()["total"] == 1
    assert client.get("/api/pages/audit/?since=2999-01-01").json()["total"] == 0
    assert client.get("/api/pages/audit/?until=2999-01-01").json()["total"] == everything
    assert client.get("/audit/?since=yesterday").status_code == 400


def test_the_trail_speaks_the_readers_language(house: House) -> None:
    client = house.client("auditor")
    assert "导入企业" in client.get("/audit/").content.decode()
    client.cookies["django_language"] = "en"
    assert "import enterprises" in client.get("/audit/").content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_the_trail_is_handed_out(house: House, form: str) -> None:
    response = house.client("auditor").get(f"/audit/export.{form}?action=account")
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert len(response.content) > 500
    assert house.client("auditor").get("/audit/export.exe").status_code == 400


def test_an_account_is_made_and_its_password_shown_once(house: House) -> None:
    client = house.client("administrator")
    response = client.post("/accounts/create/", {"username": "chen.jie", "display_name": "陈洁"})
    (password,) = re.findall(r'<output class="mono">([^<]+)</output>', response.content.decode())
    account = accounts.verify("chen.jie", password)
    assert account is not None
    assert password not in client.get(f"/accounts/{account.id}/").content.decode()
    assert "陈洁" in client.get("/accounts/?q=chen").content.decode()


def test_a_role_is_given_and_taken_back_on_the_page(house: House) -> None:
    client, who = house.client("administrator"), house.people["analyst"]
    given = {"role": "county_officer", "scope": f"region:{XINCHANG}"}
    assert client.post(f"/accounts/{who}/grant/", given).status_code == 302
    grant = next(item for item in accounts.grants_of(who) if item.role == "county_officer")
    assert "新昌县" in client.get(f"/accounts/{who}/").content.decode()
    assert client.post(f"/accounts/{who}/revoke/{grant.id}/").status_code == 302
    assert client.post(f"/accounts/{who}/revoke/{grant.id}/").status_code == 409
    assert (
        client.post(f"/accounts/{who}/grant/", {"role": "county_officer", "scope": "all"}).status_code == 400
    )


def test_a_closed_account_is_shut_out_at_once(house: House) -> None:
    analyst = house.client("analyst")
    assert analyst.get("/tokens/").status_code == 200
    client = house.client("administrator")
    assert client.post(f"/accounts/{house.people['analyst']}/active/", {"active": "0"}).status_code == 302
    assert analyst.get("/tokens/").status_code == 302
    client.post(f"/accounts/{house.people['analyst']}/active/", {"active": "1"})
    assert analyst.get("/tokens/").status_code == 200


def test_a_token_is_shown_once_and_revoked(house: House) -> None:
    client = house.client("analyst")
    form = {"label": "数据交换", "permissions": ["read_public", "export"], "scope": "all", "days": "30"}
    (plaintext,) = re.findall(
        r'<output class="mono">([^<]+)</output>', client.post("/tokens/issue/", form).content.decode()
    )
    token = tokens.find(plaintext, at=house.desk.now())
    assert token is not None
    listed = client.get("/tokens/").content.decode()
    assert "数据交换" in listed
    assert plaintext not in listed
    assert client.post(f"/tokens/{token.id}/revoke/").status_code == 302
    assert tokens.find(plaintext, at=house.desk.now()) is None
    assert client.get("/tokens/?everybody=1").status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [({"days": "many"}, 400), ({"days": "9999"}, 400), ({"permissions": []}, 400), ({"label": ""}, 400),
     ({"permissions": ["manage_users"]}, 403), ({"scope": "nowhere:1"}, 400)],
)  # fmt: skip
def test_tokens_that_cannot_be(house: House, change: dict[str, object], status: int) -> None:
    form = {"label": "x", "permissions": ["read_public"], "scope": "all", "days": "30"} | change
    assert house.client("analyst").post("/tokens/issue/", form).status_code == status


def test_lists_turn_their_pages_and_bear_odd_numbers(house: House) -> None:
    client = house.client("administrator")
    for page in ("0", "-1", "x", "99999999999999", "2"):
        assert client.get(f"/audit/?page={page}").status_code == 200
        assert client.get(f"/accounts/?page={page}").status_code == 200
        assert client.get(f"/batches/?page={page}").status_code == 200
