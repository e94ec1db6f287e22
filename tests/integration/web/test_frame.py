"""The frame of every page: headers, request ids, signing in and out, language, errors in one shape, forged forms."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client, RequestFactory
from web_house import XINCHANG, House, key_of

from jiqun import web
from jiqun.core.errors import JiqunError
from jiqun.ledger import audit
from jiqun.web import middleware
from jiqun.web.context import GROUPS
from jiqun.web.pages import errors

PASSWORD = "Brass-bearing-415"


@pytest.fixture
def officer(house: House) -> tuple[str, str]:
    """Name and password of the county officer."""
    from jiqun.ledger import accounts

    accounts.set_password(house.people["county_officer"], PASSWORD)
    return "county_officer", PASSWORD


def sign_in(client: Client, name: str, password: str, **more: str):
    return client.post("/login/", {"username": name, "password": password, **more})


@pytest.mark.parametrize(
    "path", ["/", "/login/", "/health/", "/no/such/page/", "/api/pages/", "/indicators/"]
)
@pytest.mark.parametrize("role", ["", "analyst"])
def test_every_answer_carries_strict_headers(house: House, path: str, role: str) -> None:
    response = house.client(role).get(path)
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]
    assert re.fullmatch(r"[0-9a-f]{16}", response["X-Request-Id"])


def test_static_files_may_be_cached(house: House) -> None:
    response = house.client("").get("/static/jiqun/css/tokens.css")
    assert response.status_code == 200
    assert "no-store" not in response.get("Cache-Control", "")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abcdef12-3456", True), ("short", False), ("a" * 65, False), ("x\r\ny: z-------", False)],
)
def test_a_request_id_of_a_proxy_is_kept_when_it_is_proper(given: str, kept: bool) -> None:
    request = RequestFactory().get("/")
    request.META["HTTP_X_REQUEST_ID"] = given
    from django.http import HttpResponse

    response = middleware.RequestIdMiddleware(lambda asked: HttpResponse(asked.request_id))(request)
    assert (response.content.decode() == given) is kept


def test_signing_in_leads_where_one_wanted_to_go(house: House, officer: tuple[str, str]) -> None:
    client = house.client("")
    response = sign_in(client, *officer, next="/map/?indicator=gdp")
    assert (response.status_code, response["Location"]) == (302, "/map/?indicator=gdp")
    assert client.get("/").status_code == 200
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "http:///x"]
)
def test_signing_in_never_leads_outside(house: House, officer: tuple[str, str], onward: str) -> None:
    assert sign_in(house.client(""), *officer, next=onward)["Location"] == "/"


def test_who_works_at_the_machines_begins_at_the_factories(house: House) -> None:
    from jiqun.ledger import accounts

    accounts.set_password(house.people["workshop"], PASSWORD)
    assert sign_in(house.client(""), "workshop", PASSWORD)["Location"] == "/factories/"
    assert sign_in(house.client(""), "workshop", PASSWORD, next="/map/")["Location"] == "/map/"


def test_who_is_signed_in_needs_no_login_page(house: House) -> None:
    assert house.client("analyst").get("/login/").status_code == 302


@pytest.mark.parametrize(
    ("name", "password"), [("county_officer", "wrong"), ("nobody", "wrong"), ("", ""), ("a\x00b", "x")]
)
def test_a_wrong_password_says_so_without_saying_which(
    house: House, officer: tuple[str, str], name: str, password: str
) -> None:
    response = sign_in(house.client(""), name, password)
    assert response.status_code == 403
    assert 'role="alert"' in response.content.decode()


def test_five_wrong_passwords_close_the_door_for_a_while(
    house: House, officer: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = house.client("")
    for _ in range(5):
        assert sign_in(client, officer[0], "wrong").status_code == 403
    closed = sign_in(client, *officer)
    assert closed.status_code == 429
    assert "15 分钟" in closed.content.decode()
    assert audit.list_page(size=1).rows[0].action == "session.locked"
    later = house.desk.now() + timedelta(minutes=16)
    monkeypatch.setattr(type(house.desk), "now", lambda self: later)
    assert sign_in(client, *officer).status_code == 302


def test_another_address_is_not_locked_out(house: House, officer: tuple[str, str]) -> None:
    client = house.client("")
    for _ in range(5):
        sign_in(client, officer[0], "wrong")
    form = {"username": officer[0], "password": officer[1]}
    assert client.post("/login/", form, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_sessions_are_on_the_trail(house: House, officer: tuple[str, str]) -> None:
    client = house.client("")
    sign_in(client, *officer)
    assert audit.list_page(size=1).rows[0].action == "session.open"
    client.post("/logout/")
    assert audit.list_page(size=1).rows[0].action == "session.close"
    assert client.get("/").status_code == 302


def test_signing_out_needs_a_post(house: House) -> None:
    assert house.client("analyst").get("/logout/").status_code == 405


def test_a_closed_account_is_a_stranger_at_once(house: House) -> None:
    from jiqun.ledger import accounts

    client = house.client("analyst")
    assert client.get("/").status_code == 200
    accounts.set_active(house.people["analyst"], False)
    assert client.get("/").status_code == 302


def test_a_form_without_its_token_is_refused_in_our_shape(house: House) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"})
    response = client.post("/login/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    body = response.content.decode()
    assert "表单已过期" in body
    assert response["X-Request-Id"] in body


def test_pages_speak_chinese_until_one_switches(house: House) -> None:
    client = house.client("analyst")
    assert (
        '<html lang="zh-Hans">' in client.get("/", headers={"accept-language": "en-GB,en"}).content.decode()
    )
    switched = client.post("/language/", {"language": "en", "next": "/clusters/"})
    assert switched["Location"] == "/clusters/"
    body = client.get("/clusters/").content.decode()
    assert '<html lang="en">' in body
    assert "Other clusters named in the documents" in body
    client.post("/language/", {"language": "zh-hans", "next": "/"})
    assert '<html lang="zh-Hans">' in client.get("/").content.decode()


def test_a_stranger_may_switch_the_language(house: House) -> None:
    client = house.client("")
    assert client.post("/language/", {"language": "en", "next": "/login/"}).status_code == 302
    assert "Log in" in client.get("/login/").content.decode()


def test_the_server_says_that_it_is_alive(house: House) -> None:
    assert house.client("").get("/health/").json() == {"ok": True}


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (lambda request: errors.bad_request(request, ValueError()), 400),
        (lambda request: errors.bad_request(request, RequestDataTooBig()), 413),
        (lambda request: errors.forbidden(request, PermissionError()), 403),
        (lambda request: errors.not_found(request, LookupError()), 404),
        (errors.failed, 500),
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_errors_have_one_shape(house: House, view: Callable, status: int, accept: str) -> None:
    request = RequestFactory().get("/x", headers={"accept": accept})
    request.request_id = "0123456789abcdef"
    response = view(request)
    assert response.status_code == status
    if accept == "application/json":
        assert b'"ok":false' in response.content
    else:
        assert "0123456789abcdef" in response.content.decode()


def test_a_broken_frame_still_gives_the_plain_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **more: object) -> dict[str, object]:
        raise RuntimeError("frame")

    monkeypatch.setattr("jiqun.web.context._navigation", broken)
    request = RequestFactory().get("/x")
    request.actor = house.actor("analyst")
    response = errors.failed(request)
    assert response.status_code == 500
    assert "系统出了差错" in response.content.decode()


def test_an_error_without_a_sentence_still_says_what_to_do(house: House) -> None:
    request = RequestFactory().get("/x")
    request.request_id = "r" * 16
    response = errors.answer_error(request, JiqunError("strange.code"))
    assert response.status_code == 500
    assert "系统出了差错" in response.content.decode()


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        ("analyst", {"/imports/", "/audit/", "/accounts/"}),
        ("auditor", {"/imports/", "/accounts/", "/tokens/"}),
        ("administrator", set()),
    ],
)
def test_the_navigation_shows_what_one_may_do(house: House, role: str, hidden: set[str]) -> None:
    body = house.client(role).get("/").content.decode()
    shown = set(re.findall(r'<li><a href="([^"]+)"', body))
    assert not hidden & shown
    assert {"/", "/clusters/", "/map/", "/sources/"} <= shown
    assert len(GROUPS) == 4


def test_where_one_is_stands_out(house: House) -> None:
    body = house.client("analyst").get("/indicators/revenue/").content.decode()
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', body)[0] == "/indicators/"


def test_a_token_opens_twins_and_no_pages(house: House) -> None:
    headers = house.bearer("analyst", "read_public")
    stranger = house.client("")
    assert stranger.get("/api/pages/indicators/", headers=headers).status_code == 200
    assert stranger.get("/indicators/", headers=headers).status_code == 302
    assert (
        stranger.get("/api/pages/indicators/", headers={"authorization": "Bearer jq_x_y"}).status_code == 401
    )


def test_what_an_enterprise_reported_is_seen_by_those_it_concerns(house: House) -> None:
    path = f"/api/pages/subjects/{key_of(XINCHANG)}/"
    seen = {role: house.client(role).get(path).json()["table"]["total"] for role in house.people}
    assert {role for role, total in seen.items() if total} == {
        "administrator", "provincial_officer", "county_officer", "cluster_office", "enterprise",
    }  # fmt: skip


def test_the_evidence_of_a_private_fact_is_private(house: House) -> None:
    own = house.client("county_officer").get(f"/api/pages/subjects/{key_of(XINCHANG)}/").json()
    fact = own["table"]["rows"][0]["id"]
    assert house.client("county_officer").get(f"/why/fact/{fact}/").status_code == 200
    for role in ("analyst", "auditor", "other_county"):
        assert house.client(role).get(f"/why/fact/{fact}/").status_code == 403, role


def test_lists_over_many_leave_private_facts_out(house: House) -> None:
    for role, may_see in (("administrator", True), ("analyst", False), ("other_county", False)):
        page = (
            house.client(role).get(f"/api/pages/indicators/revenue/?all=1&subject={key_of(XINCHANG)}").json()
        )
        shown = {row["subject"]["key"] for row in page["table"]["rows"]}
        assert (key_of(XINCHANG) in shown) is may_see, role


def test_a_profile_shows_its_registration(house: House) -> None:
    page = house.client("analyst").get(f"/api/pages/subjects/{key_of(XINCHANG)}/").json()
    told = dict(page["registration"]["rows"])
    assert told["name"] == "新昌县试验轴承1号有限公司"
    assert told["established_on"] == "2001-03-04"
    assert page["registration"]["source"]["key"] == "register"


def test_no_icon_of_the_navigation_is_used_twice_and_each_is_drawn() -> None:
    names = [place.icon for _, places in GROUPS for place in places]
    assert sorted(names) == sorted(set(names))
    sprite = (Path(web.__file__).parent / "static" / "jiqun" / "icons.svg").read_text("utf-8")
    drawn = dict(re.findall(r'<symbol id="([^"]+)"[^>]*>(.*?)</symbol>', sprite, re.DOTALL))
    assert set(names) <= set(drawn)
    assert len({drawn[name] for name in names}) == len(names), "two entries with one picture"
