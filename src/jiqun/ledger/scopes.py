"""Scopes 范围: for which part of the world something holds, and whether one part covers another."""

from dataclasses import dataclass

from jiqun.ledger.grams import subtree_prefix

PROVINCE = "330000"


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything, a region with all below it, a cluster, a chain, or one enterprise.

    kind  all | region | cluster | chain | enterprise
    key   "" for all; six digits for a region; a subject key (``cluster:…``) for the others
    """

    kind: str = "all"
    key: str = ""

    def covers(self, target: "Target") -> bool:
        """Say whether `target` lies wholly within this scope."""
        match self.kind:
            case "all":
                return True
            case "region":
                return len(target.region) == 6 and target.region.startswith(subtree_prefix(self.key))
            case "cluster" | "chain":
                return self.key in target.groups
            case "enterprise":
                return bool(self.key) and target.subject == self.key
        return False

    @property
    def written(self) -> str:
        """The scope in one word, as the audit trail keeps it: ``all:``, ``region:330624``, ``cluster:…``."""
        return self.key if ":" in self.key else f"{self.kind}:{self.key}"

    def contains(self, other: "Scope") -> bool:
        """Say whether the other scope lies wholly within this one, as far as their names tell."""
        if self.kind == "all" or self == other:
            return True
        both = self.kind == other.kind == "region"
        return both and other.key.startswith(subtree_prefix(self.key))

    def target(self) -> "Target":
        """This scope seen as the thing something is done to, for instance a batch bound to it."""
        match self.kind:
            case "region":
                return Target(region=self.key)
            case "cluster" | "chain":
                return Target(groups=frozenset({self.key}))
            case "enterprise":
                return Target(subject=self.key)
        return Target()


@dataclass(frozen=True, slots=True)
class Target:
    """What an action touches, as far as scopes go.  An empty target is the whole: only `all` covers it.

    subject  key of the subject itself
    region   six digits of the place it lies in
    groups   keys of the clusters and chains it belongs to, and those these belong to
    """

    subject: str = ""
    region: str = ""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reach:
    """How far somebody reaches: within at least one of several scopes, and within one more (a token's)."""

    any_of: tuple[Scope, ...]
    within: Scope = Scope()

    def covers(self, target: Target) -> bool:
        """Say whether `target` lies within the reach."""
        return any(scope.covers(target) for scope in self.any_of) and self.within.covers(target)


EVERYTHING = Scope()
SCOPE_KINDS = ("all", "region", "cluster", "chain", "enterprise")
