"""示例工厂的企业 whose the example's factories are: made-up enterprises of a fitting trade."""

from collections.abc import Mapping
from types import MappingProxyType

from jiqun.ledger import subjects
from jiqun.ledger.subjects import SubjectFilter

TRADES: Mapping[str, str] = MappingProxyType({"spring": "3482", "dye": "1752"})
"""Factory of the example → code of its trade (GB/T 4754-2017)."""


def owner(site: str) -> str:
    """Key of the made-up enterprise a factory of the example belongs to; "" where the example is not loaded."""
    wanted = SubjectFilter(kind="enterprise", industry=TRADES[site], synthetic=True)
    return next((one.key for one in subjects.list_page(wanted, sort="key", size=1).rows), "")
