"""The tables of the ledger, one file per noun."""

from jiqun.ledger.models.alarm import AlarmEntry, AlarmLimit, AlarmStanding
from jiqun.ledger.models.api_token import ApiToken
from jiqun.ledger.models.audit_event import AuditEvent
from jiqun.ledger.models.batch import Batch
from jiqun.ledger.models.collection import (
    Collection,
    CollectionAnswer,
    CollectionForm,
    CollectionNotice,
)
from jiqun.ledger.models.drift import DriftWarning, DriftWatch, WatchPosition
from jiqun.ledger.models.factory import (
    Factory,
    FactoryLine,
    FactoryPoint,
    FactoryShift,
    FactoryToken,
    Machine,
)
from jiqun.ledger.models.identity_verdict import IdentityVerdict
from jiqun.ledger.models.login_attempt import LoginAttempt
from jiqun.ledger.models.merge_proposal import MergeProposal
from jiqun.ledger.models.name_decision import NameDecision
from jiqun.ledger.models.objection import Objection, ObjectionEvidence, ObjectionStep
from jiqun.ledger.models.outbox_segment import OutboxSegment
from jiqun.ledger.models.quarantine_item import QuarantineItem
from jiqun.ledger.models.recognition import Recognition, RecognitionCandidate
from jiqun.ledger.models.relation import Relation
from jiqun.ledger.models.role_grant import RoleGrant
from jiqun.ledger.models.saved_mapping import SavedMapping
from jiqun.ledger.models.shift_record import FactoryConsent, MonthFigure, RegisterWord, ShiftEnd, StopReason
from jiqun.ledger.models.source import Source
from jiqun.ledger.models.subject import Subject
from jiqun.ledger.models.title import Title, TitleNotice
from jiqun.ledger.models.user import User

__all__ = [
    "AlarmEntry",
    "AlarmLimit",
    "AlarmStanding",
    "ApiToken",
    "AuditEvent",
    "Batch",
    "Collection",
    "CollectionAnswer",
    "CollectionForm",
    "CollectionNotice",
    "DriftWarning",
    "DriftWatch",
    "Factory",
    "FactoryConsent",
    "FactoryLine",
    "FactoryPoint",
    "FactoryShift",
    "FactoryToken",
    "IdentityVerdict",
    "LoginAttempt",
    "Machine",
    "MergeProposal",
    "MonthFigure",
    "NameDecision",
    "Objection",
    "ObjectionEvidence",
    "ObjectionStep",
    "OutboxSegment",
    "QuarantineItem",
    "Recognition",
    "RecognitionCandidate",
    "RegisterWord",
    "Relation",
    "RoleGrant",
    "SavedMapping",
    "ShiftEnd",
    "Source",
    "StopReason",
    "Subject",
    "Title",
    "TitleNotice",
    "User",
    "WatchPosition",
]
