"""示例报送 the example's collection: ten made-up enterprises asked for last month's figures, one of them late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from jiqun.actions import collecting, collecting_answers, collecting_send
from jiqun.actions.collecting import NewCollection
from jiqun.actions.collecting_answers import Typed
from jiqun.actions.desk import Desk
from jiqun.core.period_steps import previous
from jiqun.core.periods import Period
from jiqun.ledger import collections, subjects
from jiqun.ledger.permissions import Actor
from jiqun.ledger.subjects import SubjectFilter

KEY, COUNTY, ASKED = "hecheng-yuebao", "339901", 10


@dataclass(frozen=True)
class _Days:
    """When it happened: opened, answered, due — the days before the example was loaded."""

    opened: datetime
    answered: datetime
    due: str

    @classmethod
    def before(cls, now: datetime) -> "_Days":
        due = now.date() - timedelta(days=1)
        return cls(now - timedelta(days=9), now - timedelta(days=3), due.isoformat())


def load(desk: Desk, *, by: Actor) -> int:
    """Open it and answer for nine of the ten, the first is left late; gives those answered. Again changes nothing."""
    if collections.get_many([KEY]):
        return 0
    firms = subjects.iterate(SubjectFilter(kind="enterprise", region=COUNTY, synthetic=True))
    keys = [firm.key for firm in islice(firms, ASKED)]
    if len(keys) < ASKED:
        return 0
    now = desk.now()
    days, month = _Days.before(now), previous(Period.parse(f"{now:%Y-%m}"))
    new = NewCollection(
        "enterprise_monthly", month.text, days.due, region=COUNTY, only=tuple(keys), id=KEY,
        title=f"合成示范县企业月报 {month.label('zh')}", note="示例，数据全部为合成",
    )  # fmt: skip
    collecting.open_collection(desk, new, by=by, at=days.opened)
    for n, key in enumerate(keys[1:], start=1):
        collecting_answers.save(desk, KEY, key, _answer(n), by=by, at=days.answered)
    return len(collecting_send.send_many(desk, KEY, keys[1:], by=by, at=days.answered).sent)


def _answer(n: int) -> Typed:
    """Numbers of a small enterprise, different for each."""
    revenue = 620 + 137 * n
    cells = {
        "revenue": f"{revenue}", "export_value": f"{revenue // 5}", "profit": f"{revenue // 14 - 20}",
        "employee_count": f"{38 + 11 * n}", "electricity_use": f"{3 + n * 7 % 11}.{n}",
    }  # fmt: skip
    return Typed(cells, {})
