"""账户命令: `jiqun accounts list|create|password|enable|disable|grant|revoke|remove-demo`.

A new password is made at random and printed once, or asked for at the terminal with --ask; it is never an argument,
where the list of processes and the shell's history would show it.
"""

import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable
from typing import TYPE_CHECKING

from jiqun.cli.output import lang, print_json, print_table, say
from jiqun.core.errors import InputError, NotFound

if TYPE_CHECKING:
    from jiqun.ledger.accounts import Account, HeldGrant

VERBS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("list", "list accounts with the roles they hold", ()),
    ("create", "make an account, with a role if one is named", ("username", "name", "role?", "scope", "ask")),
    ("password", "give an account a new password", ("username", "ask")),
    ("enable", "open a closed account again", ("username",)),
    ("disable", "close an account; it stays in the audit trail", ("username",)),
    ("grant", "give a role for a scope", ("username", "role", "scope")),
    ("revoke", "take a role back", ("username", "role", "scope")),
    ("remove-demo", "close the demonstration accounts", ()),
)


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `accounts`."""
    verbs = commands.add_parser("accounts", help="accounts, roles and passwords").add_subparsers(
        dest="what", required=True
    )
    runs: dict[str, Callable[[Namespace], int]] = {
        "list": run_list, "create": run_create, "password": run_password, "enable": run_active,
        "disable": run_active, "grant": run_grant, "revoke": run_revoke, "remove-demo": run_remove_demo,
    }  # fmt: skip
    for name, help_text, words in VERBS:
        verb = verbs.add_parser(name, parents=[shared], help=help_text)
        _add_words(verb, words)
        verb.add_argument("--json", action="store_true", help="print one JSON object")
        verb.set_defaults(run=runs[name])


def _add_words(verb: ArgumentParser, words: tuple[str, ...]) -> None:
    if "username" in words:
        verb.add_argument("username")
    if "role" in words:
        verb.add_argument("role", help="key of a role, e.g. county_officer")
    if "name" in words:
        verb.add_argument("--name", default="", help="name shown on pages")
    if "role?" in words:
        verb.add_argument("--role", default="", help="key of a role, e.g. county_officer")
    if "scope" in words:
        verb.add_argument(
            "--scope", default="all", help="all, region:330624, cluster:…, chain:… or enterprise:…"
        )
    if "ask" in words:
        verb.add_argument("--ask", action="store_true", help="ask for the password instead of making one")


def run_list(arguments: Namespace) -> int:
    """List accounts."""
    _setup()
    from jiqun.ledger import accounts

    rows, number = [], 1
    while True:
        page = accounts.list_page(page=number, size=500)
        rows += [_shown(account, accounts.grants_of(account.id)) for account in page.rows]
        if not page.has_next:
            break
        number += 1
    if arguments.json:
        print_json({"ok": True, "count": len(rows), "accounts": rows})
    else:
        flat = [
            row | {"roles": "; ".join(f"{g['role']} {g['scope']}" for g in row["grants"])} for row in rows
        ]  # type: ignore[attr-defined]
        print_table(
            flat, [(name, name) for name in ("username", "display_name", "active", "roles", "last_login")]
        )
    return 0


def run_create(arguments: Namespace) -> int:
    """Make an account; with --role it holds it from the start, or is not made at all."""
    _setup()
    from django.db import transaction

    from jiqun.actions import accounts as acts
    from jiqun.actions.desk import desk
    from jiqun.cli import django

    opened, actor = desk(), django.cli_actor()
    given = _ask() if arguments.ask else ""
    with transaction.atomic():
        made = acts.create(
            opened, arguments.username, arguments.name, by=actor, at=opened.now(), password=given
        )
        if arguments.role:
            scope = acts.scope_of(arguments.scope)
            acts.grant(opened, made.account.id, arguments.role, scope, by=actor, at=opened.now())
    _tell_password(arguments, made.account, "" if given else made.password)
    return 0


def run_password(arguments: Namespace) -> int:
    """Give an account a new password."""
    _setup()
    from jiqun.actions import accounts as acts
    from jiqun.actions.desk import desk
    from jiqun.cli import django

    opened = desk()
    account = _account(arguments.username)
    given = _ask() if arguments.ask else ""
    made = acts.renew_password(opened, account.id, by=django.cli_actor(), at=opened.now(), password=given)
    _tell_password(arguments, made.account, "" if given else made.password)
    return 0


def run_active(arguments: Namespace) -> int:
    """Close an account, or open it again."""
    _setup()
    from jiqun.actions import accounts as acts
    from jiqun.actions.desk import desk
    from jiqun.cli import django
    from jiqun.ledger import accounts

    opened, active = desk(), arguments.what == "enable"
    account = acts.set_active(
        opened, _account(arguments.username).id, active, by=django.cli_actor(), at=opened.now()
    )
    if arguments.json:
        print_json({"ok": True, "account": _shown(account, accounts.grants_of(account.id))})
    elif active:
        say(f"{account.label} 已启用", f"{account.label} is open")
    else:
        say(f"{account.label} 已停用", f"{account.label} is closed")
    return 0


def run_grant(arguments: Namespace) -> int:
    """Give a role."""
    _setup()
    from jiqun.actions import accounts as acts
    from jiqun.actions.desk import desk
    from jiqun.cli import django

    opened = desk()
    account = _account(arguments.username)
    scope = acts.scope_of(arguments.scope)
    held = acts.grant(opened, account.id, arguments.role, scope, by=django.cli_actor(), at=opened.now())
    _tell_grant(arguments, account, held)
    return 0


def run_revoke(arguments: Namespace) -> int:
    """Take a role back."""
    _setup()
    from jiqun.actions import accounts as acts
    from jiqun.actions.desk import desk
    from jiqun.cli import django
    from jiqun.ledger import accounts

    opened = desk()
    account = _account(arguments.username)
    scope = acts.scope_of(arguments.scope)
    held = [one for one in accounts.grants_of(account.id) if (one.role, one.scope) == (arguments.role, scope)]
    if not held:
        raise NotFound("grant.unknown", seen=f"{arguments.role} {arguments.scope}")
    gone = acts.revoke(opened, held[0].id, by=django.cli_actor(), at=opened.now())
    _tell_grant(arguments, account, gone)
    return 0


def run_remove_demo(arguments: Namespace) -> int:
    """Close the demonstration accounts."""
    _setup()
    from jiqun.actions import accounts as acts
    from jiqun.actions.desk import desk
    from jiqun.cli import django

    opened = desk()
    closed = acts.close_demonstration(opened, by=django.cli_actor(), at=opened.now())
    if arguments.json:
        print_json({"ok": True, "closed": closed})
    else:
        say(f"已停用 {closed} 个演示账户", f"{closed} demonstration accounts closed")
    return 0


def _setup() -> None:
    from jiqun.cli import django

    django.setup()


def _account(username: str) -> "Account":
    from jiqun.ledger import accounts

    found = accounts.find(username)
    if found is None:
        raise NotFound("account.unknown", seen=username, allowed="jiqun accounts list")
    return found


def _ask() -> str:
    """The password typed twice at a terminal, or the first line of what is piped in."""
    import getpass

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first, again = (
        getpass.getpass(text)
        for text in (("密码：", "再输一次：") if lang() == "zh" else ("Password: ", "Again: "))
    )
    if first != again:
        raise InputError("account.passwords_differ")
    return first


def _shown(account: "Account", grants: "tuple[HeldGrant, ...]") -> dict[str, object]:
    return {
        "username": account.username, "display_name": account.display_name, "active": account.active,
        "last_login": account.last_login,
        "grants": [{"role": held.role, "scope": _scope_text(held)} for held in grants],
    }  # fmt: skip


def _scope_text(held: "HeldGrant") -> str:
    """The scope as --scope takes it."""
    scope = held.scope
    return f"region:{scope.key}" if scope.kind == "region" else scope.key or scope.kind


def _tell_password(arguments: Namespace, account: "Account", password: str) -> None:
    from jiqun.ledger import accounts

    if arguments.json:
        shown = {"password": password} if password else {}
        print_json({"ok": True, "account": _shown(account, accounts.grants_of(account.id)), **shown})
    elif password:
        say(f"{account.label}  密码（只显示这一次）：{password}",
            f"{account.label}  password (shown only once): {password}")  # fmt: skip
    else:
        say(f"{account.label} 的密码已设定", f"The password of {account.label} is set")


def _tell_grant(arguments: Namespace, account: "Account", held: "HeldGrant") -> None:
    if arguments.json:
        print_json({"ok": True, "username": account.username, "role": held.role, "scope": _scope_text(held),
                    "revoked": held.revoked_at is not None})  # fmt: skip
    elif held.revoked_at is None:
        say(f"已授予 {account.label}：{held.role} {_scope_text(held)}",
            f"Granted to {account.label}: {held.role} {_scope_text(held)}")  # fmt: skip
    else:
        say(f"已收回 {account.label}：{held.role} {_scope_text(held)}",
            f"Taken back from {account.label}: {held.role} {_scope_text(held)}")  # fmt: skip
