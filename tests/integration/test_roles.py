"""Each role × each action, from the ledger's own matrix: what a role may do it can, what it may not is refused.

Every permission has requests that need it, made within the scope of the role under test and outside it. A request that
is allowed is answered with anything but 401 and 403 (what the state allows is another question); one that is not, with
403 in the one shape.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from web_house import CLUSTER, REGISTER_HEADER, SCOPES, SHENGZHOU, XINCHANG, House, as_csv, firms, key_of

from jiqun.actions import merging
from jiqun.actions.collecting import NewCollection, open_collection
from jiqun.actions.desk import ZONE
from jiqun.actions.merging import Pair
from jiqun.ledger import alarms, collections, connections, drift, factories, recognitions, titles
from jiqun.ledger.alarms import AlarmLimit
from jiqun.ledger.connections import Connection, Draft
from jiqun.ledger.drift import DriftWarning
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import system
from jiqun.ledger.recognitions import NewCandidate, Recognition
from jiqun.ledger.roles import ROLES, UNSCOPED, Permission, matrix
from jiqun.ledger.scopes import Scope
from jiqun.ledger.titles import NewTitle

P = Permission
JSON = "application/json"
FIELD = "title_innovative_sme_until"
TITLES = ("企业名称", "称号", "认定日期", "有效期止")
LIMIT = {"key": "hot", "point": "p", "name": "炉温高", "side": "high", "setpoint": 426.0}
FIRM = {"pack": "zhejiang/per_mu", "on": "2023-09-01", "firm": "新昌县试一试有限公司"}
Asked = Callable[[Client, House, "Place"], HttpResponse]


@dataclass(frozen=True)
class Place:
    """Where a request reaches: the things of one county."""

    county: str

    def batch(self, house: House) -> str:
        """The batch of its office."""
        return house.batches[self.county]

    def pair(self) -> dict[str, object]:
        """Its second and third enterprise, to be decided about."""
        return {"subject": key_of(self.county, 1), "into": key_of(self.county, 2)}

    def merged(self) -> int:
        """The number of a merge of its second enterprise into its third."""
        pair = Pair(key_of(self.county, 1), key_of(self.county, 2))
        return merging.merge(pair, by=system("test"), at=datetime(2026, 11, 22, 9, 0, tzinfo=ZONE)).id

    def held_row(self, house: House) -> int:
        """The row of it that waits in quarantine."""
        (row,) = (
            house.client("administrator").get(f"/api/quarantine?batch={self.batch(house)}").json()["rows"]
        )
        return row["id"]

    def asking(self) -> dict[str, object]:
        """A collection over its enterprises, due far ahead."""
        return {
            "form": "enterprise_monthly",
            "period": "2025",
            "deadline": "2099-01-01",
            "region": self.county,
        }

    def collection(self, house: House) -> str:
        """A collection its office opened."""
        held = collections.list_page(scopes=[Scope("region", self.county)], ids=[]).rows
        if held:
            return held[0].id
        asked = NewCollection(**self.asking())  # type: ignore[arg-type]
        here = house.desk
        opened = open_collection(here, asked, by=house.actor("administrator"), at=here.now())
        return opened.collection

    def answer(self, house: House) -> str:
        """The address of what its first enterprise has to answer."""
        return f"/api/collections/{self.collection(house)}/answers/{key_of(self.county)}"

    def private_fact(self, house: House) -> str:
        """What its office reported about its first enterprise."""
        facts = house.client("administrator").get(f"/api/facts?batch={self.batch(house)}").json()["rows"]
        return next(fact["id"] for fact in facts if fact["subject"]["key"] == key_of(self.county))

    def recognition(self, state: str = "candidates") -> str:
        """A round over its enterprises in which the first is a candidate."""
        at, on = datetime(2026, 11, 22, 9, 0, tzinfo=ZONE), date(2026, 6, 1)
        held = recognitions.list_page(within=[self.county], state="open").rows
        if held:
            return held[0].id
        made = Recognition(
            recognitions.new_id(at), "national/innovative_sme", "2022", "new", self.county, on, FIELD, "创新型中小企业",
            "innovative SME", 3, 1, {"met": 1}, False, "", "office", at, state,
            *("office", at, date(2026, 11, 22), date(2099, 11, 27)) if state == "publicity" else (),
        )  # fmt: skip
        recognitions.create(made, [NewCandidate(key_of(self.county), "试验", "", self.county, {})])
        return made.id

    def candidate(self) -> str:
        """The address of that candidate, in publicity."""
        (one,) = recognitions.candidates(self.recognition("publicity")).rows
        return f"/api/recognitions/candidates/{one.id}"

    def title(self) -> int:
        """A title its first enterprise holds."""
        days = date(2026, 1, 1), date(2026, 1, 1), date(2028, 12, 31)
        told = NewTitle(
            key_of(self.county), "试验", self.county, FIELD, "创新型", "innovative", "registered", *days
        )
        return titles.enter(told, by="office", at=datetime(2026, 11, 22, 9, 0, tzinfo=ZONE)).id

    def factory(self) -> str:
        """The factory of its first enterprise."""
        key, at = f"works-{self.county}", datetime(2026, 11, 22, 9, 0, tzinfo=ZONE)
        if not any(one.key == key for one in factories.all_factories()):
            factories.make(Factory(key, "试验弹簧厂", key_of(self.county), self.county), by="office", at=at)
        return key

    def alarm(self) -> str:
        """An alarm there that calls somebody."""
        key, at = self.factory(), datetime(2026, 11, 22, 9, 0, tzinfo=ZONE)
        with transaction.atomic():
            alarms.put_limits(key, [AlarmLimit(**LIMIT)], by="office", at=at)
            row = alarms.one_standing(key, "hot")
            alarms.keep(key, [replace(row, state="unacknowledged")], [])
        return "hot"

    def warning(self) -> int:
        """A warning there."""
        key, at = self.factory(), datetime(2026, 11, 22, 9, 0, tzinfo=ZONE)
        with transaction.atomic():
            told = DriftWarning("w", "point", ("p",), "high", {}, 2.0, 1, 1, None, at)
            drift.keep_warnings(key, [told])
        return drift.list_page(key).rows[0].id

    def connection(self) -> str:
        """The address of a connection of it."""
        at = datetime(2026, 11, 22, 9, 0, tzinfo=ZONE)
        told = Connection("炉", "box-1", "opcua", {"address": "opc.tcp://10.0.0.9:4840/"}, [])
        connections.save(self.factory(), told, by="office", at=at)
        return f"/factories/{self.factory()}/connections/炉"

    def draft(self) -> str:
        """The address of a connection on the way."""
        told = Draft(
            "", self.factory(), "box-1", "opcua", "", 5, {"new_name": "二号", "options": {}, "points": []}
        )
        made = connections.begin(told, by="office", at=datetime(2026, 11, 22, 9, 0, tzinfo=ZONE))
        return f"/factories/{self.factory()}/connect/{made.id}"

    def objection(self, house: House) -> int:
        """An objection the provincial officer filed about it."""
        told = {"fact": self.private_fact(house), "value": "1", "reason": "试"}
        return _post(house.client("provincial_officer"), "/api/objections", told).json()["line"]["id"]


def _upload(client: Client, *_: object) -> HttpResponse:
    file = SimpleUploadedFile("a.csv", as_csv(REGISTER_HEADER, [("新昌县试一试有限公司", "", "新昌县", "")]))
    return client.post("/api/imports", {"kind": "enterprises", "source": "", "file": file})


def _titles(client: Client, address: str, place: "Place") -> HttpResponse:
    row = (firms(place.county)[0][0], FIELD, "2026-01-01", "2028-12-31")
    return client.post(address, {"file": SimpleUploadedFile("t.csv", as_csv(TITLES, [row, row]))})


def _post(client: Client, address: str, body: dict[str, object] | None = None) -> HttpResponse:
    return client.post(address, body or {}, content_type=JSON)


def _put(client: Client, address: str, body: dict[str, object]) -> HttpResponse:
    return client.put(address, body, content_type=JSON)


REQUESTS: dict[Permission, dict[str, Asked]] = {
    P.READ_PUBLIC: {
        "facts": lambda c, h, p: c.get("/api/facts"),
        "subjects": lambda c, h, p: c.get("/api/subjects?q=新昌"),
        "subject": lambda c, h, p: c.get(f"/api/subjects/region:{p.county}"),
        "facts of subject": lambda c, h, p: c.get(f"/api/subjects/{key_of(p.county)}/facts"),
        "indicators": lambda c, h, p: c.get("/api/indicators"),
        "regions": lambda c, h, p: c.get(f"/api/regions/{p.county}"),
        "sources": lambda c, h, p: c.get("/api/sources"),
        "page of subjects": lambda c, h, p: c.get("/subjects/"),
        "policies": lambda c, h, p: c.get("/api/policies"),
        "one policy": lambda c, h, p: c.get("/api/policies/zhejiang/per_mu"),
        "round made public": lambda c, h, p: c.get(f"/api/recognitions/{p.recognition('publicity')}"),
        "one title": lambda c, h, p: c.get(f"/api/titles/{p.title()}"),
        "page of a policy": lambda c, h, p: c.get("/policies/zhejiang/per_mu/"),
    },
    P.READ_ENTERPRISE: {
        "why of a private fact": lambda c, h, p: c.get(f"/api/facts/{p.private_fact(h)}/why"),
        "page of a private fact": lambda c, h, p: c.get(f"/why/fact/{p.private_fact(h)}/"),
    },
    P.EXPORT: {
        "facts": lambda c, h, p: c.get("/api/export/facts?format=csv"),
        "enterprises": lambda c, h, p: c.get("/api/export/enterprises?format=parquet"),
    },
    P.IMPORT_DATA: {
        "hand in": _upload,
        "list": lambda c, h, p: c.get("/api/imports"),
        "page": lambda c, h, p: c.get("/imports/"),
        "match names": lambda c, h, p: _post(c, "/api/matching", {"names": "新昌县试一试有限公司"}),
        "lists of names on a page": lambda c, h, p: c.post("/matching/receive/", {"pasted": "试一试"}),
        "judge one firm": lambda c, h, p: _post(c, "/api/policy-runs/firm", FIRM),
        "judge on a page": lambda c, h, p: c.post("/policies/zhejiang/per_mu/receive/", FIRM),
        "run": lambda c, h, p: c.get("/api/policy-runs/p20260101000000000000000000"),
        "ruling": lambda c, h, p: c.get("/api/policy-runs/p20260101000000000000000000/firms/2"),
        "answer about a firm": lambda c, h, p: c.put(
            "/api/policy-runs/p20260101000000000000000000/firms/2", {"values": {}}, content_type=JSON
        ),
        "answer for an enterprise": lambda c, h, p: c.put(
            f"/api/enterprises/{key_of(p.county)}/answers",
            {"values": {"employees": "120"}},
            content_type=JSON,
        ),
        "answer for an enterprise on the page": lambda c, h, p: c.post(
            f"/ladders/firms/{key_of(p.county)}/answer/", {"field-employees": "120"}
        ),
        "page of drafts": lambda c, h, p: c.get("/policies/replay/"),
        "begin a draft on a page": lambda c, h, p: c.post(
            "/policies/drafts/begin/", {"pack": "zhejiang/per_mu|2018", "on": "2023-09-01"}
        ),
        "page of a draft": lambda c, h, p: c.get("/policies/drafts/d20260101000000000000000000/"),
        "numbers of a draft on a page": lambda c, h, p: c.post(
            "/policies/drafts/d20260101000000000000000000/numbers/", {}
        ),
        "begin a replay on a page": lambda c, h, p: c.post(
            "/policies/replays/begin/",
            {"run": "p20260101000000000000000000", "before": "2018", "after": "2018"},
        ),
        "page of a replay": lambda c, h, p: c.get("/policies/replays/r20260101000000000000000000/"),
        "page of letters": lambda c, h, p: c.get("/policies/runs/p20260101000000000000000000/letters/"),
        "throw a run away": lambda c, h, p: c.delete("/api/policy-runs/p20260101000000000000000000"),
        "template": lambda c, h, p: c.get("/api/templates/enterprise"),
        "template on the page": lambda c, h, p: c.get("/imports/templates/enterprise.xlsx"),
        "workbook with its errors": lambda c, h, p: c.get(
            "/api/imports/u20260101000000000000000000/returned"
        ),
    },
    P.EDIT_SUBJECT: {
        "merge": lambda c, h, p: _post(c, "/api/merges/same", p.pair()),
        "merge on the page": lambda c, h, p: c.post("/merges/decide/", {**p.pair(), "verdict": "same"}),
        "keep apart": lambda c, h, p: _post(c, "/api/merges/different", p.pair()),
        "take back": lambda c, h, p: _post(c, f"/api/merges/{p.merged()}/take-back"),
    },
    P.UNDO_BATCH: {
        "undo": lambda c, h, p: _post(c, f"/api/batches/{p.batch(h)}/undo"),
        "undo on the page": lambda c, h, p: c.post(f"/batches/{p.batch(h)}/undo/"),
    },
    P.REPAIR_QUARANTINE: {
        "resubmit": lambda c, h, p: _post(c, f"/api/quarantine/{p.held_row(h)}/resubmit", {"cells": {}}),
        "dismiss": lambda c, h, p: _post(c, f"/api/quarantine/{p.held_row(h)}/dismiss", {"reason": "试"}),
        "dismiss on the page": lambda c, h, p: c.post(
            f"/quarantine/{p.held_row(h)}/dismiss/", {"reason": "试"}
        ),
    },
    P.OBJECT: {
        "file": lambda c, h, p: _post(
            c, "/api/objections", {"fact": p.private_fact(h), "value": "1", "reason": "试"}
        ),
        "candidate": lambda c, h, p: _post(c, f"{p.candidate()}/object", {"reason": "试"}),
        "page of the form": lambda c, h, p: c.get(f"/objections/new/{p.private_fact(h)}/"),
        "file on the page": lambda c, h, p: c.post(
            f"/objections/new/{p.private_fact(h)}/file/", {"value": "1", "reason": "试"}
        ),
    },
    P.ANSWER_OBJECTION: {
        "refuse": lambda c, h, p: _post(c, f"/api/objections/{p.objection(h)}/refuse", {"text": "试"}),
        "accept on the page": lambda c, h, p: c.post(
            f"/objections/{p.objection(h)}/move/", {"move": "ask", "text": "试"}
        ),
    },
    P.RECOGNISE: {
        "round not public": lambda c, h, p: c.get(f"/api/recognitions/{p.recognition()}"),
        "start": lambda c, h, p: _post(
            c,
            "/api/recognitions",
            {"pack": "zhejiang/per_mu", "region": p.county, "on": "2026-06-01"},
        ),
        "withdraw": lambda c, h, p: _post(c, f"/api/recognitions/{p.recognition()}/withdraw", {"text": "试"}),
        "decide on the page": lambda c, h, p: c.post(f"/recognitions/{p.recognition('publicity')}/decide/"),
        "take back": lambda c, h, p: _post(c, f"/api/titles/{p.title()}/take-back", {"reason": "试"}),
        "register on the page": lambda c, h, p: _titles(c, "/titles/register/", p),
    },
    P.READ_FACTORY: {
        "factory": lambda c, h, p: c.get(f"/api/factories/{p.factory()}"),
        "alarms": lambda c, h, p: c.get(f"/api/factories/{p.factory()}/alarms"),
        "warnings": lambda c, h, p: c.get(f"/api/factories/{p.factory()}/warnings"),
        "shift list": lambda c, h, p: c.get(f"/api/factories/{p.factory()}/shift-reports"),
        "page of shifts": lambda c, h, p: c.get(f"/factories/{p.factory()}/shifts/"),
        "shift": lambda c, h, p: c.get(f"/api/factories/{p.factory()}/shift-reports/2026-10-14/早班"),
        "file on the page": lambda c, h, p: c.get(
            f"/factories/{p.factory()}/shifts/2026-10-14/早班/report.xlsx"
        ),
        "month": lambda c, h, p: c.get(f"/api/factories/{p.factory()}/months/2026-10"),
        "evidence on the page": lambda c, h, p: c.get(
            f"/factories/{p.factory()}/months/2026-10/factory_readings/"
        ),
        "connections": lambda c, h, p: c.get(f"/api/factories/{p.factory()}/connections"),
        "connection": lambda c, h, p: c.get(f"/api{p.connection()}"),
        "page of connections": lambda c, h, p: c.get(f"/factories/{p.factory()}/connectors/"),
        "twin of a connection": lambda c, h, p: c.get(f"/api/pages{p.connection()}/"),
        "held values (page)": lambda c, h, p: c.get(f"/factories/{p.factory()}/held/"),
        "held values as a file (page)": lambda c, h, p: c.get(f"/factories/{p.factory()}/held/export.csv"),
    },
    P.HANDLE_ALARMS: {
        "reason": lambda c, h, p: _post(
            c,
            f"/api/factories/{p.factory()}/stop-reasons",
            {
                "machine": "m1",
                "starts_at": "2026-10-14T08:00:00",
                "ends_at": "2026-10-14T09:00:00",
                "kind": "down",
                "reason": "断料",
            },
        ),
        "end": lambda c, h, p: _post(
            c, f"/api/factories/{p.factory()}/shift-reports/2026-10-14/早班/end", {}
        ),
        "end on the page": lambda c, h, p: c.post(
            f"/factories/{p.factory()}/shifts/2026-10-14/早班/end/", {}
        ),
        **{
            name: lambda c, h, p, name=name: _post(
                c, f"/api/factories/{p.factory()}/alarms/{p.alarm()}/{name}", {"why": "试"}
            )
            for name in ("acknowledge", "shelve")
        },
        "judge": lambda c, h, p: _post(
            c, f"/api/factories/{p.factory()}/warnings/{p.warning()}/judge", {"verdict": "useful"}
        ),
    },
    P.RUN_FACTORY: {
        "describe": lambda c, h, p: c.put(
            f"/api/factories/{p.factory()}/machines",
            {"machines": [{"key": "m1", "name": "卷簧机"}]},
            content_type=JSON,
        ),
        "shifts": lambda c, h, p: c.put(
            f"/api/factories/{p.factory()}/shifts",
            {"shifts": [{"name": "白班", "start_minute": 480, "end_minute": 1200}]},
            content_type=JSON,
        ),
        "token": lambda c, h, p: _post(c, f"/api/factories/{p.factory()}/tokens", {"label": "盒"}),
        "set limits": lambda c, h, p: c.put(
            f"/api/factories/{p.factory()}/alarm-limits", {"limits": [LIMIT]}, content_type=JSON
        ),
        "retrain": lambda c, h, p: _post(c, f"/api/factories/{p.factory()}/watches/none/retrain"),
        **{
            name: lambda c, h, p, name=name: _post(
                c, f"/api/factories/{p.factory()}/alarms/{p.alarm()}/{name}", {"why": "试"}
            )
            for name in ("suppress", "remove")
        },
        "consent": lambda c, h, p: c.put(
            f"/api/factories/{p.factory()}/consents/factory_oee",
            {"from_month": "2026-10", "purpose": "试"},
            content_type=JSON,
        ),
        "withdraw": lambda c, h, p: c.delete(f"/api/factories/{p.factory()}/consents/factory_oee"),
        "register": lambda c, h, p: c.put(
            f"/api/factories/{p.factory()}/register", {"complete": True}, content_type=JSON
        ),
        "send": lambda c, h, p: _post(c, f"/api/factories/{p.factory()}/months/2026-10/send"),
        "take back": lambda c, h, p: _post(c, f"/api/factories/{p.factory()}/months/batches/none/take-back"),
        "consent on the page": lambda c, h, p: c.post(f"/factories/{p.factory()}/months/consent/", {}),
        "connect (page)": lambda c, h, p: c.get(f"/factories/{p.factory()}/connect/"),
        "begin to connect (page)": lambda c, h, p: c.post(
            f"/factories/{p.factory()}/connect/begin/", {"box": "box-1", "new_name": "二号"}
        ),
        "step of connecting (page)": lambda c, h, p: c.get(f"{p.draft()}/2/"),
        "say the place again (page)": lambda c, h, p: c.post(
            f"{p.draft()}/place/", {"box": "b", "new_name": "三号"}
        ),
        "say the protocol (page)": lambda c, h, p: c.post(f"{p.draft()}/protocol/", {"kind": "modbus"}),
        "let the box look (page)": lambda c, h, p: c.post(f"{p.draft()}/look/", {"address": "10.0.0.9"}),
        "choose points (page)": lambda c, h, p: c.post(f"{p.draft()}/choose/"),
        "watch points (page)": lambda c, h, p: c.post(f"{p.draft()}/watch/"),
        "save a connection (page)": lambda c, h, p: c.post(f"{p.draft()}/save/", {"name": "二号"}),
        "give a draft up (page)": lambda c, h, p: c.post(f"{p.draft()}/drop/"),
        "change a connection (page)": lambda c, h, p: c.post(f"{p.connection()}/change/"),
        "rename a connection (page)": lambda c, h, p: c.post(f"{p.connection()}/rename/", {"name": "炉二"}),
        "take a connection out (page)": lambda c, h, p: c.post(f"{p.connection()}/remove/"),
        "begin to connect": lambda c, h, p: _post(
            c, f"/api/factories/{p.factory()}/connect", {"box": "box-1", "new_name": "二号"}
        ),
        "draft": lambda c, h, p: c.get(f"/api{p.draft()}"),
        "say the place again": lambda c, h, p: _put(
            c, f"/api{p.draft()}/place", {"box": "b", "new_name": "三"}
        ),
        "say the protocol": lambda c, h, p: _put(c, f"/api{p.draft()}/protocol", {"kind": "modbus"}),
        "say the address": lambda c, h, p: _put(
            c, f"/api{p.draft()}/address", {"options": {"address": "x:1"}}
        ),
        "choose points": lambda c, h, p: _put(c, f"/api{p.draft()}/points", {"points": []}),
        "try once more": lambda c, h, p: _post(c, f"/api{p.draft()}/try"),
        "save a connection": lambda c, h, p: _post(c, f"/api{p.draft()}/save", {"name": "二号"}),
        "give a draft up": lambda c, h, p: c.delete(f"/api{p.draft()}"),
        "change a connection": lambda c, h, p: _post(c, f"/api{p.connection()}/change"),
        "rename a connection": lambda c, h, p: _post(c, f"/api{p.connection()}/rename", {"name": "炉二"}),
        "take a connection out": lambda c, h, p: c.delete(f"/api{p.connection()}"),
        "make": lambda c, h, p: _post(
            c, "/api/factories", {"key": "other", "name": "新厂", "subject": key_of(p.county)}
        ),
    },
    P.COLLECT: {
        "follow": lambda c, h, p: c.get(f"/api/collections/{p.collection(h)}"),
        "page of one": lambda c, h, p: c.get(f"/collections/{p.collection(h)}/"),
        "sum": lambda c, h, p: c.get(f"/api/collections/{p.collection(h)}/sums/revenue/{p.county}"),
        "open": lambda c, h, p: _post(c, "/api/collections", p.asking()),
        "close": lambda c, h, p: _post(c, f"/api/collections/{p.collection(h)}/close"),
        "remind": lambda c, h, p: _post(c, f"/api/collections/{p.collection(h)}/remind"),
        "accept": lambda c, h, p: _post(c, f"{p.answer(h)}/accept"),
        "return": lambda c, h, p: _post(c, f"{p.answer(h)}/return", {"reason": "试"}),
        "return on the page": lambda c, h, p: c.post(f"{p.answer(h)[4:]}/judge/", {"remark": "试"}),
    },
    P.ANSWER: {
        "save": lambda c, h, p: c.put(p.answer(h), {"cells": {"revenue": "1"}}, content_type=JSON),
        "send": lambda c, h, p: _post(c, f"{p.answer(h)}/send"),
        "save on the page": lambda c, h, p: c.post(f"{p.answer(h)[4:]}/save/", {"cell-revenue": "1"}),
    },
    P.MANAGE_TOKENS: {
        "list": lambda c, h, p: c.get("/api/tokens"),
        "issue": lambda c, h, p: _post(c, "/api/tokens", {"label": "试", "permissions": ["read_public"]}),
        "page": lambda c, h, p: c.get("/tokens/"),
    },
    P.MANAGE_USERS: {
        "list": lambda c, h, p: c.get("/api/accounts"),
        "create": lambda c, h, p: _post(c, "/api/accounts", {"username": "somebody.new"}),
        "one": lambda c, h, p: c.get(f"/api/accounts/{h.people['analyst']}"),
        "close": lambda c, h, p: _post(
            c, f"/api/accounts/{h.people['other_county']}/active", {"active": False}
        ),
        "grant": lambda c, h, p: _post(c, f"/api/accounts/{h.people['analyst']}/grants", {"role": "auditor"}),
        "everybody's tokens": lambda c, h, p: c.get("/api/tokens?everybody=true"),
        "page": lambda c, h, p: c.get("/accounts/"),
    },
    P.READ_AUDIT: {
        "trail": lambda c, h, p: c.get("/api/audit"),
        "page": lambda c, h, p: c.get("/audit/"),
        "export": lambda c, h, p: c.get("/audit/export.csv"),
    },
}
ELSEWHERE = {
    P.VIEW_SYNTHETIC: "narrows what lists hold; see test_synthetic_is_shown_to_who_may_see_it",
    P.MANAGE_SOURCES: "no page or address yet",
    P.BACKUP: "command line only",
}


def _asks_nowhere(permission: Permission) -> bool:
    """Requests of these permissions are about nothing in a county: whether anywhere at all is what they ask."""
    return permission in UNSCOPED or permission in (P.IMPORT_DATA, P.MANAGE_USERS)


def _is_own(role: str, permission: Permission) -> bool:
    """The enterprise's own data and answers, and the cluster's member's, lie within their scopes."""
    if permission in (P.READ_ENTERPRISE, P.OBJECT, P.ANSWER):
        return role in ("enterprise", "cluster_office")
    if permission in (P.READ_FACTORY, P.RUN_FACTORY, P.HANDLE_ALARMS):
        return role in ("enterprise", "workshop")
    return permission is P.ANSWER_OBJECTION and role == "cluster_office"


def _is_filer(role: str, permission: Permission) -> bool:
    """Who filed the objection himself does not answer it."""
    return permission is P.ANSWER_OBJECTION and role == "provincial_officer"


# whoever follows one respondent follows the collection that far, and judges its answer; closing and opening stay apart
OF_A_MEMBER = ("follow", "page of one", "sum", "remind", "accept", "return", "return on the page")


CASES = [
    (role, permission, name, granted, scoped)
    for role, word, granted, scoped in matrix()
    for permission in [Permission(word)]
    for name in REQUESTS.get(permission, {})
]


def covers(role: str, county: str) -> bool:
    """Does the scope of the role's person cover the things of that county's office?"""
    return SCOPES[role].kind == "all" or SCOPES[role].key == county


def is_answered(response: HttpResponse) -> bool:
    """Was the request let through?"""
    return response.status_code not in (401, 403)


def test_every_permission_is_tried() -> None:
    assert set(REQUESTS) | set(ELSEWHERE) == set(Permission)
    assert {role for role, *_ in CASES} == set(ROLES)


@pytest.mark.parametrize(("role", "permission", "name", "granted", "scoped"), CASES)
def test_at_home(
    house: House, role: str, permission: Permission, name: str, granted: bool, scoped: bool
) -> None:
    """Within 新昌县: allowed when the role holds the permission and, where it asks, its scope covers the county."""
    response = REQUESTS[permission][name](house.client(role), house, Place(XINCHANG))
    reaches = not scoped or covers(role, XINCHANG) or _asks_nowhere(permission) or _is_own(role, permission)
    reaches = reaches or (role == "cluster_office" and permission is P.COLLECT and name in OF_A_MEMBER)
    allowed = granted and reaches and not _is_filer(role, permission)
    assert is_answered(response) == allowed, response.content.decode()[:300]
    if response.status_code == 403 and response["Content-Type"].startswith(JSON):
        assert response.json()["ok"] is False
        assert response.json()["status"] == 403


@pytest.mark.parametrize(
    ("role", "permission", "name", "granted", "scoped"),
    [case for case in CASES if case[4] and not _asks_nowhere(case[1])],
)
def test_in_another_county(
    house: House, role: str, permission: Permission, name: str, granted: bool, scoped: bool
) -> None:
    """Within 嵊州市: only whose scope is everything."""
    response = REQUESTS[permission][name](house.client(role), house, Place(SHENGZHOU))
    allowed = granted and covers(role, SHENGZHOU) and not _is_filer(role, permission)
    assert is_answered(response) == allowed, response.content.decode()[:300]


@pytest.mark.parametrize(
    ("permission", "name"), [(p, name) for p, requests in REQUESTS.items() for name in requests]
)
def test_a_stranger_may_do_nothing(house: House, permission: Permission, name: str) -> None:
    response = REQUESTS[permission][name](house.client(), house, Place(XINCHANG))
    assert response.status_code in (401, 302)
    if response.status_code == 302:
        assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("permission", [p for p in REQUESTS if p is not P.MANAGE_TOKENS])
def test_a_token_without_the_permission(house: House, permission: Permission) -> None:
    """A token that carries everything but the permission asked for."""
    others = [p.value for p in Permission if p is not permission]
    headers = house.bearer("administrator", *others)
    client = Client(headers={"host": "127.0.0.1", **headers}, raise_request_exception=False)
    for name, request in REQUESTS[permission].items():
        if "page" in name or name == "export":
            continue  # pages take no token
        response = request(client, house, Place(XINCHANG))
        assert response.status_code == 403, name
        assert response.json()["code"] in ("auth.token_scope", "token.by_token"), name


def test_synthetic_is_shown_to_who_may_see_it() -> None:
    assert all(P.VIEW_SYNTHETIC in role.permissions for role in ROLES.values())


def test_the_cluster_office_reaches_its_members(house: House) -> None:
    assert SCOPES["cluster_office"].key == CLUSTER
    fact = Place(XINCHANG).private_fact(house)
    assert house.client("cluster_office").get(f"/api/facts/{fact}/why").status_code == 200
