"""accounts."""


def add(commands, shared):  # type: ignore[no-untyped-def]
    """Nothing yet."""
