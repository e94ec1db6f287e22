"""企业名录版本 enterprise names: whether the enterprises of the ledger changed since one looked."""

from django.db.models import Count, Max, Q

from jiqun.ledger import models


def stamp() -> str:
    """A text that is another one whenever an enterprise was added, changed, merged or taken back."""
    rows = models.Subject.objects.filter(kind="enterprise")
    found = rows.aggregate(
        held=Count("id"), standing=Count("id", filter=Q(merged_into="")), last=Max("id"), changed=Max("updated_at")
    )
    return "/".join(str(found[name]) for name in ("held", "standing", "last", "changed"))
