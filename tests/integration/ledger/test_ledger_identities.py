"""Who is who in the ledger: merges that come apart again, pairs kept apart, proposals, names an office has settled."""

import pytest
from django.db import IntegrityError, transaction
from ledger_rows import AT, firm, later

from jiqun.core.errors import NotFound, WrongState
from jiqun.ledger import identities, models, name_decisions, proposals, search, subjects
from jiqun.ledger.identities import Because
from jiqun.ledger.name_decisions import NameDecision
from jiqun.ledger.proposals import NewProposal

pytestmark = pytest.mark.django_db
A, B, C, D = (f"enterprise:{letter}" for letter in "ABCD")
WHY = ({"kind": "same_name", "zh": "名称相同", "en": "the same name"},)


@pytest.fixture(autouse=True)
def four() -> None:
    """Four firms."""
    subjects.upsert(
        [firm("A", "甲轴承"), firm("B", "乙轴承"), firm("C", "丙轴承"), firm("D", "丁轴承")],
        batch="b1",
        at=AT,
    )


def rows() -> list[dict[str, object]]:
    """Every subject as the table holds it."""
    return list(models.Subject.objects.order_by("key").values())


def test_chains_of_merges_are_flat_and_come_apart() -> None:
    before = rows()
    first = identities.merge(A, B, Because(WHY, "试"), by="Li Ming", at=AT)
    second = identities.merge(B, C, by="Li Ming", at=later(days=1))
    assert identities.today() == {A: C, B: C}
    assert subjects.former_keys(C) == (A, B)
    assert [hit.key for hit in search.search("甲轴承")] == [C]
    identities.take_back(first.id, by="Wang Fang", at=later(days=2))
    assert identities.today() == {B: C}
    assert [hit.key for hit in search.search("甲轴承")] == [A]
    identities.take_back(second.id, by="Wang Fang", at=later(days=3))
    assert rows() == before
    assert [one.id for one in identities.of(B)] == [second.id, first.id]
    assert identities.get(first.id).evidence == WHY
    assert [hit.key for hit in search.search("乙轴承")] == [B]


def test_what_is_merged_is_merged_once() -> None:
    identities.merge(A, B, by="x", at=AT)
    for subject, into, code in (
        (A, C, "merge.merged_already"),
        (C, A, "merge.merged_already"),
        (C, C, "merge.itself"),
    ):
        with pytest.raises(WrongState) as refused:
            identities.merge(subject, into, by="x", at=AT)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        identities.merge(C, "enterprise:Z", by="x", at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.IdentityVerdict.objects.create(
            verdict="same", subject=A, into=D, decided_by="x", decided_at=AT
        )


def test_pairs_kept_apart() -> None:
    kept = identities.keep_apart(B, A, by="x", at=AT)
    assert (kept.subject, kept.into) == (A, B)
    assert identities.kept_apart() == {(A, B)}
    with pytest.raises(WrongState):
        identities.keep_apart(A, B, by="x", at=AT)
    identities.take_back(kept.id, by="x", at=AT)
    assert identities.kept_apart() == frozenset()
    assert identities.list_page().total == 0


def test_a_merge_whose_end_is_gone_is_found() -> None:
    made = identities.merge(A, B, by="x", at=AT)
    assert identities.without_ends() == ()
    models.Subject.objects.filter(key=B).delete()
    assert [one.id for one in identities.without_ends()] == [made.id]
    identities.take_back(made.id, by="x", at=AT)
    assert subjects.resolve(A) == A


def test_proposals_are_replaced_and_decided_ones_are_not_shown() -> None:
    def new(subject: str, into: str, score: float, region: str = "330624") -> NewProposal:
        return NewProposal(
            subject=subject,
            into=into,
            score=score,
            clear=score > 0.8,
            group_key=subject,
            region=region,
            evidence=WHY,
        )

    proposals.replace([new(A, B, 0.9), new(C, D, 0.6, "330683")], within=None, at=AT)
    assert [(one.subject, one.clear) for one in proposals.open_page().rows] == [(A, True), (C, False)]
    assert [one.subject for one in proposals.open_page(regions=("3306",)).rows] == [A, C]
    assert [one.subject for one in proposals.open_page(regions=("330683",)).rows] == [C]
    assert proposals.open_page(regions=()).total == 0
    assert [one.subject for one in proposals.open_page(clear=False).rows] == [C]
    assert proposals.of_pair(B, A) is not None
    identities.keep_apart(D, C, by="x", at=AT)
    made = identities.merge(A, B, by="x", at=AT)
    assert proposals.open_page().total == 0
    identities.take_back(made.id, by="x", at=AT)
    assert proposals.open_page().total == 1
    proposals.replace([], within=frozenset({A, B}), at=AT)
    assert proposals.of_pair(A, B) is None
    assert proposals.of_pair(C, D) is not None  # outside what was looked at


def test_an_office_says_it_once() -> None:
    written = name_decisions.written("甲轴承（厂）", region="新昌县")
    assert (
        written == name_decisions.written("甲轴承厂", region="新昌县 ") != name_decisions.written("甲轴承厂")
    )
    assert name_decisions.save("region:330624", NameDecision(written, "甲轴承厂", A, "x", AT)) is None
    before = name_decisions.save("region:330624", NameDecision(written, "甲轴承厂", "", "y", AT))
    assert before is not None and before.subject == A
    assert name_decisions.of_office("region:330624", [written])[written].subject == ""
    assert name_decisions.of_office("region:330683", [written]) == {}
    assert name_decisions.forget("region:330624", written)
    assert not name_decisions.forget("region:330624", written)
