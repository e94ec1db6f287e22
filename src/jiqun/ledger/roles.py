"""Roles 角色: what each may do, in a sentence a person can read and a set of permissions.

The table ROLES is the whole matrix; the reference page and the tests are made from it.
"""

from enum import StrEnum
from typing import ClassVar


class Permission(StrEnum):
    """One thing a person may do."""

    READ_PUBLIC = "read_public"
    READ_ENTERPRISE = "read_enterprise"
    VIEW_SYNTHETIC = "view_synthetic"
    EXPORT = "export"
    IMPORT_DATA = "import_data"
    UNDO_BATCH = "undo_batch"
    REPAIR_QUARANTINE = "repair_quarantine"
    EDIT_SUBJECT = "edit_subject"
    COLLECT = "collect"
    ANSWER = "answer_collections"
    MANAGE_SOURCES = "manage_sources"
    MANAGE_TOKENS = "manage_tokens"
    MANAGE_USERS = "manage_users"
    READ_AUDIT = "read_audit"
    OBJECT = "object"
    ANSWER_OBJECTION = "answer_objection"
    RECOGNISE = "recognise"
    READ_FACTORY = "read_factory"
    RUN_FACTORY = "run_factory"
    HANDLE_ALARMS = "handle_alarms"
    BACKUP = "backup"


P = Permission

LABELS: dict[Permission, tuple[str, str]] = {
    P.READ_PUBLIC: ("查看公开数据", "read facts from documents, registers and aggregates"),
    P.READ_ENTERPRISE: ("查看企业非公开数据", "read what an enterprise or an office reported about it"),
    P.VIEW_SYNTHETIC: ("查看示例合成数据", "see the made-up example data"),
    P.EXPORT: ("导出", "export what one may read"),
    P.IMPORT_DATA: ("导入数据", "import lists and facts"),
    P.UNDO_BATCH: ("撤销批次", "undo a batch"),
    P.REPAIR_QUARANTINE: ("修复隔离行", "repair or dismiss quarantined rows"),
    P.EDIT_SUBJECT: ("编辑主体", "edit and merge subjects"),
    P.COLLECT: ("开展报送", "open collections, follow, return and accept answers"),
    P.ANSWER: ("填报", "fill in and send what a collection asks"),
    P.MANAGE_SOURCES: ("管理来源", "describe sources"),
    P.MANAGE_TOKENS: ("管理本人接口令牌", "issue and revoke one's own API tokens"),
    P.MANAGE_USERS: ("管理账号与授权", "manage accounts, roles and everybody's tokens"),
    P.READ_AUDIT: ("查看审计", "read the audit trail"),
    P.OBJECT: ("提出异议", "object to a number about an enterprise"),
    P.ANSWER_OBJECTION: ("答复异议", "answer objections"),
    P.RECOGNISE: ("认定称号", "recognise by rule, grant, register and take back titles"),
    P.READ_FACTORY: ("查看工厂", "see the machines, readings, alarms and reports of a factory"),
    P.RUN_FACTORY: ("管理工厂", "connect machines, set limits and shifts, issue the tokens of a factory"),
    P.HANDLE_ALARMS: ("处置报警", "acknowledge and shelve alarms, say why a machine stood"),
    P.BACKUP: ("备份与恢复", "back up and restore"),
}
UNSCOPED = frozenset({P.READ_PUBLIC, P.VIEW_SYNTHETIC, P.EXPORT, P.MANAGE_TOKENS, P.READ_AUDIT})
"""Permissions that do not ask where: who has them for one county has them at all."""

READING = frozenset({P.READ_PUBLIC, P.VIEW_SYNTHETIC, P.EXPORT, P.MANAGE_TOKENS})
COLLECTING = frozenset({P.COLLECT, P.ANSWER})
FACTORY_WORK = frozenset({P.READ_FACTORY, P.HANDLE_ALARMS})
LEDGER_WORK = COLLECTING | READING
LEDGER_WORK |= {P.READ_ENTERPRISE, P.IMPORT_DATA, P.UNDO_BATCH, P.REPAIR_QUARANTINE, P.EDIT_SUBJECT}
LEDGER_WORK |= {P.OBJECT, P.ANSWER_OBJECTION}


class Role:
    """A role: key, names, a sentence in both languages, permissions, and the kinds of scope it can be held for."""

    key: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]
    says_zh: ClassVar[str]
    says_en: ClassVar[str]
    permissions: ClassVar[frozenset[Permission]]
    scope_kinds: ClassVar[tuple[str, ...]]


class Administrator(Role):
    """Runs the installation."""

    key = "administrator"
    zh, en = "系统管理员", "Administrator"
    says_zh = "管理账号、授权、备份和全部数据，所作所为同样留痕。"
    says_en = "Manages accounts, grants, backups and all data; leaves an audit trail like everybody else."
    permissions = frozenset(Permission)
    scope_kinds = ("all",)


class ProvincialOfficer(Role):
    """Keeps the province's ledger."""

    key = "provincial_officer"
    zh, en = "省级经信人员", "Provincial officer"
    says_zh = "查看和维护全省的集群、企业与数据来源，可导入、撤销和修复全省数据，认定和取消称号。"
    says_en = "Reads and keeps the whole province: imports, undoes and repairs data, describes sources, grants titles."
    permissions = LEDGER_WORK | {P.MANAGE_SOURCES, P.RECOGNISE}
    scope_kinds = ("all",)


class CountyOfficer(Role):
    """Keeps the ledger of a city or county."""

    key = "county_officer"
    zh, en = "市县经信人员", "County officer"
    says_zh = "维护本地区（含下级）的企业与数据，认定和取消其称号，查看全省公开数据，看不到其他地区企业的非公开数据。"
    says_en = "Keeps the data and titles of one region and all below it; elsewhere reads only what is public."
    permissions = LEDGER_WORK | {P.RECOGNISE}
    scope_kinds = ("region",)


class ClusterOffice(Role):
    """Keeps what belongs to a cluster or chain."""

    key = "cluster_office"
    zh, en = "集群（产业链）专班", "Cluster or chain office"
    says_zh = "维护本集群或产业链的企业、项目与数据，查看全省公开数据。"
    says_en = "Keeps the enterprises, projects and data of one cluster or chain; elsewhere reads only what is public."
    permissions = LEDGER_WORK
    scope_kinds = ("cluster", "chain")


class Analyst(Role):
    """Reads and computes."""

    key = "analyst"
    zh, en = "分析人员", "Analyst"
    says_zh = "查看和导出全部公开数据，不看企业非公开数据，不改任何数据。"
    says_en = "Reads and exports everything public; sees no enterprise's private data and changes nothing."
    permissions = READING
    scope_kinds = ("all", "region", "cluster", "chain")


class Enterprise(Role):
    """Looks after its own data."""

    key = "enterprise"
    zh, en = "企业", "Enterprise"
    says_zh = "查看、填报和更正本企业的数据，对本企业的数提出异议，管理本企业的工厂，查看公开数据。"
    says_en = (
        "Reads, reports and corrects its own data, objects to it, runs its factories, reads what is public."
    )
    permissions = READING | FACTORY_WORK | {P.RUN_FACTORY}
    permissions |= {P.READ_ENTERPRISE, P.IMPORT_DATA, P.REPAIR_QUARANTINE, P.OBJECT, P.ANSWER}
    scope_kinds = ("enterprise",)


class Workshop(Role):
    """Works at the machines."""

    key = "workshop"
    zh, en = "车间", "Workshop"
    says_zh = (
        "查看本企业工厂的设备、读数和报表，确认和搁置报警，说明停机原因，查看公开数据；不看企业的其他数据。"
    )
    says_en = "Sees machines, readings and reports of its enterprise's factories, handles alarms, reads what is public."
    permissions = FACTORY_WORK | {P.READ_PUBLIC, P.VIEW_SYNTHETIC}
    scope_kinds = ("enterprise",)


class Auditor(Role):
    """Reads the trail."""

    key = "auditor"
    zh, en = "审计人员", "Auditor"
    says_zh = "查看审计记录和公开数据，不改任何数据。"
    says_en = "Reads the audit trail and what is public; changes nothing."
    permissions = READING - {P.MANAGE_TOKENS} | {P.READ_AUDIT}
    scope_kinds = ("all",)


ROLES: dict[str, type[Role]] = {
    role.key: role
    for role in (
        Administrator,
        ProvincialOfficer,
        CountyOfficer,
        ClusterOffice,
        Analyst,
        Enterprise,
        Workshop,
        Auditor,
    )
}


def matrix() -> list[tuple[str, str, bool, bool]]:
    """Every (role, permission, granted, scoped), in order, for the reference page and the tests."""
    return [
        (role.key, permission.value, permission in role.permissions, permission not in UNSCOPED)
        for role in ROLES.values()
        for permission in Permission
    ]
