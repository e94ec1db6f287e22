"""Django 启动: set Django up for commands that need the ledger; the home must exist unless it is being made."""

from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.core.errors import InputError, NotFound

if TYPE_CHECKING:
    from jiqun.ledger.permissions import Actor


def setup(*, make_home: bool = False) -> Path:
    """Set Django up on the home named by the environment; InputError `home.missing` when there is none.

    make_home  create the folder (readable by its owner only) when it is missing
    """
    from jiqun import settings

    if make_home:
        settings.HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
        (settings.HOME / "uploads").mkdir(exist_ok=True)
    else:
        check_home()
    if make_home:
        settings.SECRET_KEY = settings.make_secret_key()  # before Django reads the settings
    import django

    django.setup()
    return settings.HOME


def check_home() -> None:
    """InputError `home.missing` when there is no home; for a process that only starts others and needs no Django."""
    from jiqun import settings

    if not (settings.HOME / "secret.key").is_file():
        raise InputError("home.missing", seen=str(settings.HOME), allowed="jiqun --home DIR init")


def migrate(*, quiet: bool = True) -> None:
    """Bring the ledger's tables to this version."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0 if quiet else 1, interactive=False)


def migrate_to(app: str, name: str) -> None:
    """Bring one app's tables to a migration and no further."""
    from django.core.management import call_command

    call_command("migrate", app, name, verbosity=0, interactive=False)


def cli_actor() -> "Actor":
    """Who acts on the command line: whoever holds the home folder, with every right over it."""
    import getpass

    from jiqun.ledger.permissions import system

    return system(f"cli:{getpass.getuser()}")


def actor_named(account: str | None) -> "Actor":
    """The person of an account, with the rights it holds; the holder of the home when none is named."""
    from jiqun.ledger import accounts

    if not account:
        return cli_actor()
    found = accounts.find(account)
    actor = accounts.actor_of(found.id) if found else None
    if actor is None:
        raise NotFound("account.unknown", seen=account, allowed="jiqun accounts list")
    return actor
