"""Accounts from the command line: made, given roles, closed; passwords shown once and never taken as a word."""

import pytest
from cli_house import House


@pytest.fixture(scope="module")
def office(fresh: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    return fresh.copy(tmp_path_factory.mktemp("office") / "home")


def _one(house: House, name: str) -> dict[str, object]:
    rows = house.json("accounts", "list")["accounts"]
    return next(row for row in rows if row["username"] == name)  # type: ignore[attr-defined]


def test_an_account_is_made_with_a_role_and_a_password_shown_once(office: House) -> None:
    role = ("--role", "county_officer", "--scope", "region:330624")
    made = office.json("accounts", "create", "zhang", "--name", "张三", *role)
    assert len(str(made["password"])) >= 12
    assert _one(office, "zhang")["grants"] == [{"role": "county_officer", "scope": "region:330624"}]
    stored = (office.home / "ledger.sqlite3").read_bytes()
    assert str(made["password"]).encode() not in stored
    assert office.json("accounts", "create", "zhang", code=10)["code"] == "account.taken"


def test_a_role_that_cannot_be_given_leaves_no_account(office: House) -> None:
    for role, scope, expected in (
        ("emperor", "all", "role.unknown"), ("county_officer", "all", "role.scope"),
        ("county_officer", "region:999999", "account.unknown_scope"),
        ("cluster_office", "cluster:none", "account.unknown_scope"),
    ):  # fmt: skip
        error = office.json("accounts", "create", "wang", "--role", role, "--scope", scope, code=10)
        assert error["code"] == expected
    assert "wang" not in {row["username"] for row in office.json("accounts", "list")["accounts"]}  # type: ignore[attr-defined]


def test_roles_come_and_go(office: House) -> None:
    office.json("accounts", "create", "li")
    office.json("accounts", "grant", "li", "cluster_office", "--scope", "cluster:modern_textile")
    office.json("accounts", "grant", "li", "analyst")
    taken = office.json("accounts", "revoke", "li", "analyst")
    assert taken["revoked"] is True
    assert _one(office, "li")["grants"] == [{"role": "cluster_office", "scope": "cluster:modern_textile"}]
    assert office.json("accounts", "revoke", "li", "analyst", code=10)["code"] == "grant.unknown"
    assert office.json("accounts", "grant", "nobody", "analyst", code=10)["code"] == "account.unknown"


def test_a_typed_password_must_be_good_and_is_not_printed(office: House) -> None:
    office.json("accounts", "create", "zhao")
    weak = office.run("accounts", "password", "zhao", "--ask", "--json", stdin="12345678\n", code=10)
    assert weak.json["code"] == "account.password"
    strong = "correct-horse-battery-7"
    done = office.run("accounts", "password", "zhao", "--ask", stdin=strong + "\n")
    assert strong not in done.out


def test_closing_and_opening(office: House) -> None:
    office.json("accounts", "create", "sun")
    assert office.json("accounts", "disable", "sun")["account"]["active"] is False  # type: ignore[index]
    assert office.json("accounts", "enable", "sun")["account"]["active"] is True  # type: ignore[index]
    office.json("accounts", "create", "boss", "--role", "administrator")
    assert office.json("accounts", "disable", "boss", code=14)["code"] == "account.last_administrator"
    assert (
        office.json("accounts", "revoke", "boss", "administrator", code=14)["code"]
        == "account.last_administrator"
    )


def test_every_step_is_on_the_trail_without_passwords(office: House) -> None:
    made = office.json("accounts", "create", "qian")
    assert office.count("SELECT count(*) FROM ledger_audit_event WHERE action LIKE 'account.%'") > 0
    sql = f"SELECT count(*) FROM ledger_audit_event WHERE detail LIKE '%{made['password']}%'"
    assert office.count(sql) == 0


def test_removing_demonstration_accounts_where_there_are_none(office: House) -> None:
    assert office.json("accounts", "remove-demo")["closed"] == 0
