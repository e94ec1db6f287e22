"""Column types that behave the same on SQLite and PostgreSQL."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class KeyField(models.CharField):
    """Text compared and sorted byte by byte on every database.

    SQLite does so by itself; PostgreSQL is told to with the collation ``C``.  Ranges over codes and the order of
    a list are then the same on both, and an index serves prefixes.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """Add the collation where the database would otherwise choose one by language."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
