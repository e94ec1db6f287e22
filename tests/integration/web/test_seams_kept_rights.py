"""Work that waits in the queue is done with those kept grants the account still holds, and no others."""

import pytest
from web_house import SHENGZHOU, SYSTEM, XINCHANG, House, as_csv, key_of

from jiqun.actions import accounts as account_acts
from jiqun.actions import kept_rights, merging, tokens, upload_work, uploads
from jiqun.actions.merging import Pair
from jiqun.actions.upload_files import Upload
from jiqun.actions.uploads import HandIn
from jiqun.lake.facts import FactReader
from jiqun.ledger import accounts, batches
from jiqun.ledger import tokens as ledger_tokens
from jiqun.ledger.permissions import NOBODY, Actor
from jiqun.ledger.scopes import EVERYTHING, Scope

HEADER = ("企业名称", "统一社会信用代码", "地址")
MAPPING = {"fields": {"name": HEADER[0], "uscc": HEADER[1], "address": HEADER[2]}}


def worker(house: House) -> Actor:
    """The county officer as of now."""
    return house.actor("county_officer")


def grants(house: House) -> tuple[int, ...]:
    return tuple(one.id for one in accounts.grants_of(house.people["county_officer"]))


def test_a_kept_actor_keeps_what_the_account_still_holds(house: House) -> None:
    kept = kept_rights.actor_again(kept_rights.kept_actor(worker(house)))
    assert kept_rights.rights_now(kept) == kept == worker(house)
    account_acts.grant(
        house.desk,
        kept.user_id or 0,
        "county_officer",
        Scope("region", SHENGZHOU),
        by=SYSTEM,
        at=house.desk.now(),
    )
    assert kept_rights.rights_now(kept).grants == kept.grants, "what was given since is not added"
    account_acts.revoke(house.desk, grants(house)[0], by=SYSTEM, at=house.desk.now())
    assert kept_rights.rights_now(kept).grants == ()
    assert kept_rights.rights_now(NOBODY) == NOBODY
    assert kept_rights.rights_now(SYSTEM) == SYSTEM


def test_a_closed_account_may_do_nothing(house: House) -> None:
    kept = kept_rights.actor_again(kept_rights.kept_actor(worker(house)))
    accounts.set_active(house.people["county_officer"], False)
    assert kept_rights.rights_now(kept).grants == ()


def test_a_revoked_token_may_do_nothing(house: House) -> None:
    issued = tokens.issue(
        house.desk, "t", ("import_data",), by=worker(house), at=house.desk.now(), scope=EVERYTHING, days=3
    )
    actor = ledger_tokens.actor_for(issued.plaintext, at=house.desk.now())
    assert actor is not None
    kept = kept_rights.actor_again(kept_rights.kept_actor(actor))
    assert kept_rights.rights_now(kept).grants == actor.grants
    ledger_tokens.revoke(issued.token.id, by="test", at=house.desk.now())
    assert kept_rights.rights_now(kept).grants == ()


def queued(house: House) -> Upload:
    """A list that was checked and confirmed, and waits for the worker."""
    import io

    by, desk = worker(house), house.desk
    body = as_csv(HEADER, [("新昌县排队一号有限公司", "", "浙江省绍兴市新昌县人民路1号")])
    handed = HandIn("enterprises", "排队.csv", f"sheet_{XINCHANG}")
    made = uploads.receive(desk, io.BytesIO(body), handed, by=by, at=desk.now())
    client = house.client("county_officer")
    form = {"field-name": HEADER[0], "field-uscc": HEADER[1], "field-address": HEADER[2]}
    assert client.post(f"/imports/{made.id}/check/", form).status_code == 302
    upload_work.work(desk, made.id)
    assert uploads.read(desk, made.id, by=by).state == "checked"
    assert client.post(f"/imports/{made.id}/confirm/").status_code == 302
    assert uploads.read(desk, made.id, by=by).state == "importing"
    return made


@pytest.mark.parametrize("lost", ["role", "account", "nothing"])
def test_a_queued_import_asks_again_what_it_may(house: House, lost: str) -> None:
    by, made = worker(house), queued(house)
    before = batches.list_page().total
    if lost == "role":
        account_acts.revoke(house.desk, grants(house)[0], by=SYSTEM, at=house.desk.now())
    if lost == "account":
        accounts.set_active(house.people["county_officer"], False)
    upload_work.work(house.desk, made.id)
    done = uploads.read(house.desk, made.id, by=by)
    if lost == "nothing":
        assert done.state == "done" and batches.list_page().total == before + 1
        return
    assert done.state == "failed" and done.fault is not None and done.fault["code"] == "auth.role"
    assert batches.list_page().total == before


def test_new_actions_refuse_the_wrong_role_in_the_documented_shape(house: House) -> None:
    old, new = key_of(XINCHANG), key_of(XINCHANG, 1)
    merging.merge(Pair(old, new), by=SYSTEM, at=house.desk.now())
    rows = FactReader(house.desk.lake).facts(subject=new, indicator="revenue")
    fact = str(rows[0]["id"])
    asked = {
        "/api/merges/same": {"subject": old, "into": new},
        "/api/objections": {"fact": fact, "value": "1", "reason": "x"},
        "/api/collections": {"form": "enterprise_monthly", "period": "2026-10", "deadline": "2026-11-30"},
        f"/api/sources/sheet_{XINCHANG}/withdraw": {"reason": "x"},
    }
    client = house.client("auditor")
    for address, body in asked.items():
        answer = client.post(address, body, content_type="application/json")
        assert answer.status_code == 403, (address, answer.content.decode())
        assert {"ok", "error", "code", "errors"} <= set(answer.json()), (address, answer.json())
        assert answer.json()["code"].startswith("auth."), address


def test_an_enterprise_sees_its_own_under_the_new_key_also_by_its_token(house: House) -> None:
    old, new = key_of(XINCHANG), key_of(XINCHANG, 1)
    bearer = house.bearer("enterprise", "read_enterprise", scope=Scope("enterprise", old))
    stranger = house.client()
    before = stranger.get(f"/api/pages/subjects/{old}/", headers=bearer)
    merging.merge(Pair(old, new), by=SYSTEM, at=house.desk.now())
    client = house.client("enterprise")
    for key in (old, new):
        told = client.get(f"/api/pages/subjects/{key}/", follow=True)
        assert told.status_code == 200 and "1001" in told.content.decode(), key
        token = stranger.get(f"/api/pages/subjects/{key}/", headers=bearer, follow=True)
        assert token.status_code == before.status_code, key
