"""工厂令牌命令: `jiqun factory token issue|list|revoke SITE` — what a box shows at the gate."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from jiqun.cli.output import print_json, print_table, say


def add(verbs: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `token` below `factory`."""
    tree = verbs.add_parser("token", help="tokens of a factory's boxes").add_subparsers(
        dest="token_verb", required=True
    )
    for name, help_text, run in (
        ("issue", "make a token and print it, this once", run_issue),
        ("list", "tokens of a factory, without their words", run_list),
        ("revoke", "make a token useless", run_revoke),
    ):
        verb = tree.add_parser(name, parents=[shared], help=help_text)
        verb.add_argument("site", metavar="SITE", help="key of the factory")
        if name == "issue":
            verb.add_argument("--label", default="box", help="what it is for")
        if name == "revoke":
            verb.add_argument(
                "prefix", metavar="PREFIX", help="first word of the token, as the list shows it"
            )
        verb.add_argument("--json", action="store_true", help="print one JSON object")
        verb.set_defaults(run=run)


def run_issue(arguments: Namespace) -> int:
    """Make a token."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import factories
    from jiqun.actions.desk import desk

    opened = desk()
    token, plaintext = factories.issue_token(
        opened, arguments.site, arguments.label, by=django.cli_actor(), at=opened.now()
    )
    if arguments.json:
        print_json({"ok": True, "site": token.factory, "prefix": token.prefix, "token": plaintext})
        return 0
    print(plaintext)
    say("只显示这一次：请放进边缘盒的 token_file", "Shown this once: put it into the box's token_file")
    return 0


def run_list(arguments: Namespace) -> int:
    """Tokens of a factory."""
    from jiqun.cli import django

    django.setup()
    from jiqun.ledger import factories, factory_tokens

    factories.get(arguments.site)
    rows = [
        {
            "prefix": one.prefix, "label": one.label, "issued_at": one.issued_at, "last_used_at": one.last_used_at,
            "revoked_at": one.revoked_at,
        }
        for one in factory_tokens.list_for(arguments.site)
    ]  # fmt: skip
    if arguments.json:
        print_json({"site": arguments.site, "tokens": rows})
        return 0
    print_table(
        rows, [(name, name) for name in ("prefix", "label", "issued_at", "last_used_at", "revoked_at")]
    )
    return 0


def run_revoke(arguments: Namespace) -> int:
    """Make a token useless; the gate knows within ten seconds."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import factories
    from jiqun.actions.desk import desk

    opened = desk()
    token = factories.revoke_token(
        opened, arguments.site, arguments.prefix, by=django.cli_actor(), at=opened.now()
    )
    if arguments.json:
        print_json({"ok": True, "site": token.factory, "prefix": token.prefix})
    else:
        say(f"已吊销 {token.prefix}", f"Revoked {token.prefix}")
    return 0
