"""A role held by a person for a scope 授权."""

from django.db import models
from django.db.models import Q

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when
from jiqun.ledger.models.user import User

SCOPE_KINDS = ("all", "region", "cluster", "chain", "enterprise")


class RoleGrant(models.Model):
    """One role for one scope; kept after it is revoked, so that old decisions stay explicable."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = KeyField(max_length=40)
    scope_kind = KeyField(max_length=16)
    scope_key = KeyField(max_length=200, blank=True, default="")
    granted_by = models.CharField(max_length=150)
    granted_at = models.DateTimeField()
    revoked_by = models.CharField(max_length=150, blank=True, default="")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_role_grant"
        constraints = (
            one_of("scope_kind", SCOPE_KINDS, name="role_grant_scope_kind"),
            who_and_when("revoked_by", "revoked_at", name="role_grant_revoked_pair"),
            models.CheckConstraint(
                condition=Q(scope_kind="all", scope_key="") | (~Q(scope_kind="all") & ~Q(scope_key="")),
                name="role_grant_scope_key",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "scope_kind", "scope_key"],
                condition=Q(revoked_at__isnull=True),
                name="role_grant_once",
            ),
        )
