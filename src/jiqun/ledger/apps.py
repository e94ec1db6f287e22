"""Django's name for this room."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The one Django app of the project."""

    name = "jiqun.ledger"
    label = "ledger"
    verbose_name = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
