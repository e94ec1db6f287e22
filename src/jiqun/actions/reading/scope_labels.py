"""范围名称 scopes in words: 全省, a county's name, a cluster's or enterprise's label."""

from collections.abc import Iterable
from dataclasses import dataclass

from jiqun.actions.desk import Desk
from jiqun.ledger import subjects
from jiqun.ledger.permissions import Actor, scopes_for
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import EVERYTHING, Scope

ALL = {"zh": "全省", "en": "the whole province"}


@dataclass(frozen=True, slots=True)
class ScopeLabel:
    """A scope with what a reader calls it."""

    kind: str
    key: str
    label: str


def language(lang: str) -> str:
    """zh or en."""
    return "zh" if lang.startswith("zh") else "en"


def scope_label(desk: Desk, scope: Scope, lang: str) -> ScopeLabel:
    """One scope in words."""
    return scope_labels(desk, [scope], lang)[scope]


def scope_labels(desk: Desk, scopes: Iterable[Scope], lang: str) -> dict[Scope, ScopeLabel]:
    """Many scopes in words, with one look into the ledger."""
    wanted = set(scopes)
    known = subjects.labels([_subject(scope) for scope in wanted if scope.kind != "all"])
    return {
        scope: ScopeLabel(scope.kind, scope.key, _words(desk, scope, known, language(lang)))
        for scope in wanted
    }


def _words(desk: Desk, scope: Scope, known: dict[str, tuple[str, str]], lang: str) -> str:
    if scope.kind == "all":
        return ALL[lang]
    region = desk.regions.find(scope.key) if scope.kind == "region" else None
    if region:
        return region.name[lang]
    zh, en = known.get(_subject(scope), (scope.key, ""))
    return zh if lang == "zh" or not en else en


def _subject(scope: Scope) -> str:
    """Key of the subject a scope is; a made-up county is a subject and stands in no list of regions."""
    return f"region:{scope.key}" if scope.kind == "region" else scope.key


def visible_scopes(desk: Desk, actor: Actor, permission: Permission) -> tuple[Scope, ...]:
    """Every scope whose things the actor may see: held ones and, for a region, all places below it.

    EVERYTHING alone when nothing narrows; empty when the permission is not held at all.  A made-up county stands in no
    list of regions and has nothing below it.
    """
    held = scopes_for(actor, permission)
    if EVERYTHING in held:
        return (EVERYTHING,)
    found = dict.fromkeys(held)
    for scope in held:
        if scope.kind == "region" and desk.regions.find(scope.key):
            found.update(
                dict.fromkeys(Scope("region", region.code) for region in desk.regions.subtree(scope.key))
            )
    return tuple(found)
