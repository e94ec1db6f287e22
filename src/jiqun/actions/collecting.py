"""报送 collecting: an office opens a collection within its scope and closes it, and puts its own forms together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from jiqun.actions.collecting_rights import COLLECT, check_close, check_open
from jiqun.actions.desk import Desk
from jiqun.brain.collecting.forms import (
    RESPONDENTS,
    Cell,
    CollectionForm,
    cell_from,
    checked_cells,
    pack_forms,
)
from jiqun.brain.collecting.states import deadline_label, deadline_of
from jiqun.core.errors import InputError, NotFound
from jiqun.core.period_steps import collected
from jiqun.core.periods import SHANGHAI, Period
from jiqun.lake.cell_words import control_character
from jiqun.ledger import audit, collection_answers, collections, sources, subjects
from jiqun.ledger.collections import Collection, OwnForm, Respondent
from jiqun.ledger.permissions import Actor, check, scopes_for
from jiqun.ledger.scopes import EVERYTHING, Scope
from jiqun.ledger.sources import Source
from jiqun.ledger.subjects import SubjectFilter

ASKED_MOST = 20_000
TITLE_MOST = 120
PROVINCE = "330000"


@dataclass(frozen=True)
class NewCollection:
    """What an office opens.

    deadline     a day (its end in Shanghai) or an instant
    region       this place and all below; cluster: members of a cluster or chain; industry: beginning of the trade's code
    only         these respondents and no others, within what the rest chooses
    level        for lower offices: below (right below the place) or county (every county below it)
    """

    form: str
    period: str
    deadline: str
    title: str = ""
    region: str = ""
    cluster: str = ""
    industry: str = ""
    only: tuple[str, ...] = ()
    level: str = "below"
    note: str = ""
    id: str = ""


@dataclass(frozen=True)
class Opened:
    """A collection that was opened, and how many must answer."""

    collection: str
    title: str
    asked: int
    deadline: str


@dataclass(frozen=True)
class FormDraft:
    """A form as an office puts it together; cells as `cell_from` reads them."""

    key: str
    label_zh: str
    label_en: str = ""
    respondents: str = "enterprise"
    cells: Sequence[Mapping[str, object]] = field(default_factory=tuple)


def forms(desk: Desk) -> dict[str, CollectionForm]:
    """Every form by key: those of the packs and those offices made."""
    found = pack_forms(desk.packs, desk.indicators, desk.units)
    for own in collections.own_forms():
        label = {"zh": own.label_zh, "en": own.label_en or own.label_zh}
        cells = tuple(cell_from(cell) for cell in own.cells)
        origin = f"{own.scope.kind}:{own.scope.key}".rstrip(":")
        found.setdefault(own.key, CollectionForm(own.key, label, own.respondents, cells, origin))
    return found


def form_of(desk: Desk, key: str) -> CollectionForm:
    """The form under `key`; NotFound `collect.no_form`."""
    found = forms(desk)
    if key not in found:
        raise NotFound("collect.no_form", seen=key, allowed=" ".join(sorted(found)))
    return found[key]


def cells_of(collection: Collection) -> tuple[Cell, ...]:
    """The cells as they stood when the collection was opened."""
    return tuple(cell_from(cell) for cell in collection.cells)


def save_form(desk: Desk, draft: FormDraft, *, by: Actor, at: datetime) -> CollectionForm:
    """Keep a form an office put together; a form of the packs, or of another office, is not written over."""
    check(by, COLLECT, target_scope=None)
    scope = next(iter(scopes_for(by, COLLECT)), EVERYTHING)
    cells = checked_cells((cell_from(cell) for cell in draft.cells), desk.indicators, desk.units)
    label, key = draft.label_zh.strip(), draft.key.strip()
    usable = key.isascii() and key.replace("_", "").replace("-", "").isalnum() and 3 <= len(key) <= 60
    if not usable or not label or len(label) > TITLE_MOST or _unseen(label, draft.label_en):
        raise InputError("collect.bad_form", seen=key or label, allowed="a-z 0-9 _ -")
    if draft.respondents not in RESPONDENTS:
        raise InputError("collect.bad_form", seen=draft.respondents, allowed=" ".join(RESPONDENTS))
    if key in pack_forms(desk.packs, desk.indicators, desk.units):
        raise InputError("collect.bad_form", seen=key, allowed=f"{key}_2")
    held = {own.key: own for own in collections.own_forms()}.get(key)
    if held is not None:
        check_open(by, held.scope)
    own = OwnForm(
        key, label, draft.label_en.strip(), draft.respondents, tuple(c.as_json() for c in cells), scope
    )
    with transaction.atomic():
        collections.save_form(own, by=by.label, at=at)
        detail = {"cells": [cell.key for cell in cells]}
        audit.record(by, "collection.form", f"form:{key}", detail, at=at, target_label=label)
    return form_of(desk, key)


def open_collection(desk: Desk, new: NewCollection, *, by: Actor, at: datetime) -> Opened:
    """Ask the respondents; they are fixed from now on, and so are the cells."""
    form = form_of(desk, new.form)
    scope = _scope(new, by)
    check_open(by, scope)
    period, deadline = _period(new.period, at), deadline_of(new.deadline)
    if deadline <= at:
        raise InputError(
            "collect.deadline_past", seen=deadline_label(deadline), allowed=f"> {at:%Y-%m-%d %H:%M}"
        )
    title = new.title.strip() or f"{form.label['zh']} {period.label('zh')}"
    if len(title) > TITLE_MOST or len(new.note) > 1000 or control_character([title], name=True):
        raise InputError("gate.text_too_long", column="title", seen=title[:40], allowed=f"≤ {TITLE_MOST}")
    asked, synthetic = _respondents(desk, new, form, scope)
    narrowing = {"region": new.region, "cluster": new.cluster, "industry": new.industry, "level": new.level}
    made = Collection(
        new.id or collections.new_id(at), title, form.key, form.respondents, tuple(cell.as_json() for cell in form.cells),
        period.text, deadline, scope, narrowing, synthetic, new.note.strip(), "open", by.label[:150], at,
    )  # fmt: skip
    with transaction.atomic():
        kind = "synthetic" if synthetic else "office_sheet"
        sources.save(Source(made.id, kind, title, publisher=by.label, synthetic=synthetic, owner=scope))
        count = collections.create(made, asked)
        collection_answers.notify(
            made.id,
            [one.key for one in asked],
            f"{title} · {deadline_label(deadline)}",
            kind="opened",
            by=by.label,
            at=at,
        )
        detail = {"form": form.key, "period": period.text, "deadline": deadline.isoformat(), "asked": count}
        audit.record(by, "collection.open", f"collection:{made.id}", detail, at=at, target_label=title)
    return Opened(made.id, title, count, deadline_label(deadline))


def close(desk: Desk, id: str, *, by: Actor, at: datetime) -> Collection:
    """Take no more answers."""
    del desk
    held = collections.get(id)
    check_close(by, held)
    with transaction.atomic():
        done = collections.close(id, by=by.label, at=at)
        detail = {"answered": collection_answers.tallies([id])[id].answered}
        audit.record(by, "collection.close", f"collection:{id}", detail, at=at, target_label=held.title)
    return done


def _unseen(*texts: str) -> bool:
    return any(control_character([text], name=True) for text in texts)


def _period(text: str, at: datetime) -> Period:
    period = collected(text)
    if period.start > at.astimezone(SHANGHAI).date() + timedelta(days=1):
        raise InputError("gate.date_in_future", column="period", seen=text, allowed=f"≤ {at:%Y-%m}")
    return period


def _scope(new: NewCollection, by: Actor) -> Scope:
    """The part of the world it is opened for: the place or group named, else the first this person keeps."""
    if new.region and new.region != PROVINCE:
        return Scope("region", new.region)
    if new.cluster:
        return Scope(new.cluster.partition(":")[0], new.cluster)
    held = scopes_for(by, COLLECT)
    return EVERYTHING if new.region or not held else held[0]


def _respondents(
    desk: Desk, new: NewCollection, form: CollectionForm, scope: Scope
) -> tuple[list[Respondent], bool]:
    """Who must answer, and whether they are made up; made-up and real ones are never asked together."""
    place = new.region or (scope.key if scope.kind == "region" else "")
    made_up = bool(place) and _is_made_up(place)
    if form.respondents == "region":
        found = _offices(place or PROVINCE, new.level)
    else:
        group = new.cluster or (scope.key if scope.kind in ("cluster", "chain") else "")
        wanted = SubjectFilter(
            kind="enterprise",
            region=place,
            cluster=group,
            industry=new.industry,
            synthetic=made_up,
            scope=scope,
        )
        found = subjects.iterate(wanted)
    only = {key if ":" in key else f"{form.respondents}:{key}" for key in new.only}
    asked = [
        Respondent(one.key, one.label_zh, one.region, one.industry_code)
        for one in found
        if not only or one.key in only
    ]
    missing = sorted(only - {one.key for one in asked})
    if missing:
        raise InputError("collect.not_within", seen=missing[0], allowed=place or scope.key or "*")
    if not asked:
        raise InputError("collect.nobody", seen=place or scope.key or "*")
    if len(asked) > ASKED_MOST:
        raise InputError("collect.too_many", seen=str(len(asked)), allowed=f"≤ {ASKED_MOST}")
    return asked, made_up


def _is_made_up(region: str) -> bool:
    found = subjects.get_many([f"region:{region}"]).get(f"region:{region}")
    if found is None:
        raise NotFound("subject.not_found", key=f"region:{region}")
    return found.synthetic


def _offices(region: str, level: str) -> list[subjects.Subject]:
    """The offices below a place: right below it, or of every county."""
    below = list(subjects.children(region))
    if level == "county" and region.endswith("0000"):
        below = [county for city in below for county in subjects.children(city.code or city.region)]
    made_up = _is_made_up(region)
    return [one for one in below if one.synthetic == made_up]
