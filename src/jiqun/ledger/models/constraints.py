"""Constraints several tables share: who and when are known together or not at all."""

from django.db.models import CheckConstraint, Q


def who_and_when(who: str, when: str, *, name: str) -> CheckConstraint:
    """The pair (`who`, `when`) is either wholly empty or wholly filled."""
    empty = Q(**{f"{who}": "", f"{when}__isnull": True})
    filled = ~Q(**{who: ""}) & Q(**{f"{when}__isnull": False})
    return CheckConstraint(condition=empty | filled, name=name)


def one_of(field: str, values: tuple[str, ...], *, name: str) -> CheckConstraint:
    """`field` holds one of the listed words."""
    return CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)
