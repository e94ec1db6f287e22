"""Tries to sign in 登录尝试: five failures for one account from one address in 15 minutes close that door for a while."""

from datetime import datetime, timedelta

from jiqun.ledger import models

FAILURES_ALLOWED = 5
WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=30)


def record_attempt(account: str, address: str, *, succeeded: bool, at: datetime) -> None:
    """Remember one try."""
    models.LoginAttempt.objects.create(
        account=_norm(account), address=address[:64], succeeded=succeeded, tried_at=at
    )


def is_locked(account: str, address: str, *, at: datetime) -> bool:
    """Say whether this account must wait when called from this address."""
    return locked_until(account, address, at=at) is not None


def locked_until(account: str, address: str, *, at: datetime) -> datetime | None:
    """Until when it must wait; None when it need not.  A success forgets the failures before it."""
    rows = models.LoginAttempt.objects.filter(
        account=_norm(account), address=address[:64], tried_at__gt=at - WINDOW, tried_at__lte=at
    )
    latest = rows.order_by("-tried_at", "-id").values_list("succeeded", "tried_at")
    failures: list[datetime] = []
    for succeeded, tried_at in latest[:FAILURES_ALLOWED]:
        if succeeded:
            break
        failures.append(tried_at)
    return failures[-1] + WINDOW if len(failures) == FAILURES_ALLOWED else None


def forget_old(*, at: datetime) -> int:
    """Delete tries too old to matter; give how many."""
    gone, _ = models.LoginAttempt.objects.filter(tried_at__lt=at - KEPT).delete()
    return gone


def _norm(account: str) -> str:
    return models.User.normalize_username(account.strip()).casefold()[:150]
