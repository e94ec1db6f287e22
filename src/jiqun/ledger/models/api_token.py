"""Token for the HTTP interface 接口令牌."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when
from jiqun.ledger.models.role_grant import SCOPE_KINDS
from jiqun.ledger.models.user import User


class ApiToken(models.Model):
    """Only the hash is kept; the prefix finds the row."""

    prefix = KeyField(max_length=16, unique=True)
    sha256 = KeyField(max_length=64)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=120)
    scopes = models.JSONField(default=list)
    scope_kind = KeyField(max_length=16, default="all")
    scope_key = KeyField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=150, blank=True, default="")
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_api_token"
        constraints = (
            one_of("scope_kind", SCOPE_KINDS, name="api_token_scope_kind"),
            who_and_when("revoked_by", "revoked_at", name="api_token_revoked_pair"),
        )
