"""Every line of the audit trail is told in words of both languages."""

import re
from pathlib import Path

from jiqun.actions.reading.audit_words import ACTIONS

ACTING = Path(__file__).resolve().parents[2] / "src" / "jiqun" / "actions"
RECORDED = re.compile(r'audit\.record\(\s*[^,]+,\s*"([a-z_]+\.[a-z_]+)"')


def test_every_recorded_action_has_words() -> None:
    recorded = {
        word for path in ACTING.rglob("*.py") for word in RECORDED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(recorded) > 40
    assert not recorded - set(ACTIONS)
    assert all(zh and en for zh, en in ACTIONS.values())
