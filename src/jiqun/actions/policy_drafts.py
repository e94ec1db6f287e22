"""草案 drafts of a policy: copy a version, type other numbers or other words, replay it, throw it away.

A draft belongs to the office that made it and lives in its work folder; neither the packs nor the ledger know of it. What is
wrong with its rule is kept as typed and told with file and line; nothing is judged by it until it is right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from jiqun.actions import policy_packs
from jiqun.actions.desk import Desk
from jiqun.actions.draft_files import Draft, DraftFiles
from jiqun.actions.form_memory import office_of
from jiqun.actions.own_office import all_own, day_told, read_own
from jiqun.actions.per_mu_ground import GroundAsk, ground
from jiqun.actions.policy_numbers import thresholds, typed_number, with_threshold, with_values
from jiqun.core.errors import InputError, RowError, RowErrors
from jiqun.lake.durable import locked
from jiqun.ledger import audit
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check
from jiqun.rules.pack import Pack
from jiqun.rules.reader import read_pack
from jiqun.rules.values import BadValue

TEXT_MOST = 400_000
NAME_MOST = 100
WAIT_S = 10.0


@dataclass(frozen=True)
class DraftOrder:
    """What a draft starts from: a version of a pack, the day it is to hold on (ISO), the county whose numbers it may set."""

    pack: str
    version: str
    on: str
    region: str = ""
    name: str = ""


@dataclass(frozen=True)
class Typed:
    """Numbers typed in a draft, as text: parameters by (tier, name), thresholds by the id of their clause; "" is unknown."""

    parameters: Mapping[tuple[str, str], str]
    thresholds: Mapping[str, str]


def files(desk: Desk) -> DraftFiles:
    """The folder of drafts of this home."""
    return DraftFiles(desk.home / "drafts")


def begin(desk: Desk, order: DraftOrder, *, by: Actor, at: datetime) -> Draft:
    """Copy a version into a draft. InputError: pack.no_version, rule.bad_day, region.not_found; NotFound rule.no_pack"""
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    pack = policy_packs.pack(desk, order.pack)
    version = pack.version(order.version) if order.version else pack.versions[-1]
    region = desk.regions.get(order.region).code if order.region else ""
    day = day_told(order.on)
    store = files(desk)
    name = order.name.strip()[:NAME_MOST] or f"{pack.label.zh} {version.label.zh}"
    draft = Draft(
        store.new_id(at), pack.key, version.key, name, day.isoformat(), region, by.label, by.user_id or 0, office_of(by), at
    )  # fmt: skip
    with transaction.atomic():
        _note(by, "policy.draft", draft, {"pack": pack.key, "version": version.key}, at)
        store.start(draft, pack)
    return draft


def begin_trial(desk: Desk, ask: GroundAsk, typed: Mapping[str, str], *, by: Actor, at: datetime) -> Draft:
    """A draft with the numbers tried over a group of firms: of its pack, county, tier and day. RowErrors of what is none."""
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    here = ground(desk, ask, by=by)
    known = {one.name for one in here.numbers}
    told = {(here.tier, name): text for name, text in typed.items() if name in known}
    _numbers(here.pack.label.zh, told)
    order = DraftOrder(here.pack.key, here.version.key, here.on.isoformat(), here.region)
    draft = begin(desk, order, by=by, at=at)
    return keep_numbers(desk, draft.id, Typed(told, {}), by=by, at=at)


def read(desk: Desk, id: str, *, by: Actor) -> Draft:
    """A draft of your office; another office's does not exist for you."""
    return read_own(files(desk), id, by=by)


def mine(desk: Desk, *, by: Actor, pack: str = "") -> list[Draft]:
    """The drafts of your office, newest first, of one pack or of all."""
    return all_own(files(desk), by=by, pack=pack)


def pack_of(desk: Desk, draft: Draft) -> Pack:
    """The draft as a pack; PackErrors with file and line of what is wrong with it."""
    return read_pack(files(desk).folder(draft.id), desk.packs)


def keep_text(desk: Desk, id: str, text: str, *, by: Actor, at: datetime) -> Draft:
    """Keep the rule as it was typed, right or wrong. InputError `draft.too_long`"""
    draft = read(desk, id, by=by)
    body = text.replace("\r\n", "\n")
    if len(body) > TEXT_MOST:
        raise InputError("draft.too_long", seen=str(len(body)), allowed=str(TEXT_MOST))
    store = files(desk)
    with locked(store.lock(id), wait_s=WAIT_S), transaction.atomic():
        _note(by, "policy.draft_text", draft, {"length": len(body)}, at)
        store.keep_rule(id, body)
    return draft


def keep_numbers(desk: Desk, id: str, typed: Typed, *, by: Actor, at: datetime) -> Draft:
    """Keep the numbers typed: all or, when one cannot be read, none (RowErrors). PackErrors while the rule is wrong."""
    draft = read(desk, id, by=by)
    store = files(desk)
    with locked(store.lock(id), wait_s=WAIT_S):
        pack = pack_of(desk, draft)
        numbers = _numbers(draft.name, typed.parameters)
        text = _with_thresholds(store.rule(id), pack, draft, typed)
        sets = pack.sets
        for tier in dict.fromkeys(tier for tier, _ in numbers):
            values = {name: value for (of, name), value in numbers.items() if of == tier}
            sets = with_values(sets, (draft.region, tier), draft.day, values)
        with transaction.atomic():
            _note(
                by,
                "policy.draft_numbers",
                draft,
                {"numbers": len(numbers), "thresholds": len(typed.thresholds)},
                at,
            )
            store.keep_rule(id, text)
            store.keep_sets(id, sets)
    return draft


def throw_away(desk: Desk, id: str, *, by: Actor, at: datetime) -> Draft:
    """Remove a draft."""
    draft = read(desk, id, by=by)
    with transaction.atomic():
        _note(by, "policy.throw_away_draft", draft, {}, at)
    files(desk).remove(id)
    return draft


def _numbers(file: str, typed: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], Decimal | None]:
    """Every number typed; RowErrors with all that are none."""
    found: dict[tuple[str, str], Decimal | None] = {}
    errors: list[RowError] = []
    for (tier, name), text in typed.items():
        try:
            found[tier, name] = typed_number(text)
        except BadValue as error:
            column = " ".join(filter(None, (tier, name)))
            errors.append(RowError(file, 0, column, error.code, text[:80], error.allowed))
    if errors:
        raise RowErrors(errors, code="draft.refused")
    return found


def _with_thresholds(text: str, pack: Pack, draft: Draft, typed: Typed) -> str:
    """The rule with other numbers in its clauses. RowErrors for what is no number; InputError `draft.not_in_text`."""
    for node, told in typed.thresholds.items():
        found = next((one for one in thresholds(pack.version(draft.version)) if one.node == node), None)
        if found is None:
            raise InputError("draft.not_in_text", seen=node, allowed="rule.toml")
        try:
            value = typed_number(told)
        except BadValue as error:
            row = RowError(draft.name, found.line, node, error.code, told[:80], error.allowed)
            raise RowErrors([row], code="draft.refused") from None
        if value is not None and value != found.needed:
            text = with_threshold(text, found, value)
    return text


def _note(by: Actor, action: str, draft: Draft, detail: Mapping[str, object], at: datetime) -> None:
    audit.record(by, action, f"draft:{draft.id}", dict(detail), at=at, target_label=draft.name)
