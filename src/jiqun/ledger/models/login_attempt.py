"""One try to sign in 登录尝试."""

from django.db import models

from jiqun.ledger.fields import KeyField


class LoginAttempt(models.Model):
    """Account name as typed (normalised), address of the caller, and whether it worked."""

    account = KeyField(max_length=150)
    address = KeyField(max_length=64)
    succeeded = models.BooleanField()
    tried_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_login_attempt"
        indexes = (models.Index(fields=["account", "address", "tried_at"], name="login_attempt_who_when"),)
