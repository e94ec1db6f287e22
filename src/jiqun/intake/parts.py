"""接入部件 parts of the intake, each opened from its settings: heavy libraries come with the part that needs them."""

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jiqun import settings
from jiqun.core.errors import InputError, SourceDown
from jiqun.core.messages import Messages
from jiqun.intake.commands import Order, Part, complaint, now_us

GATE_MB = 128  # the gate asks the lake only which batches it knows
if TYPE_CHECKING:
    from jiqun.actions.taking import Gate
    from jiqun.actions.taking_register import LedgerRegister
    from jiqun.intake.http import Tls
    from jiqun.intake.mqtt import Broker, Share


def open_parts(order: Order, messages: Messages) -> Iterator[Part]:
    """Open what is asked for, doors first; SourceDown, WrongState when a part cannot begin."""
    lang = "en" if settings.setting("JIQUN_LANG").startswith("en") else "zh"
    complain = complaint(messages, lang)
    if "gate" in order.parts:
        yield _gate_part(order, messages)
    if "mqtt" in order.parts:
        yield _mqtt_part(order, messages, complain("broker"))
    if "merge" in order.parts:
        yield _merge_part(order, complain("merger"))
    if "watch" in order.parts:
        yield _watch_part()


def _gate(writer: str) -> "tuple[Gate, LedgerRegister]":
    from jiqun.actions.taking import Gate
    from jiqun.actions.taking_register import LedgerRegister
    from jiqun.core.units import UnitTable
    from jiqun.factory.readings.taken import TakingLimits
    from jiqun.lake.store import Lake

    units = frozenset(unit.key for unit in UnitTable.load(settings.PACKS_DIR / "units.toml"))
    register = LedgerRegister(lambda: datetime.now(UTC))
    lake = Lake(settings.LAKE_DIR, memory_limit=f"{GATE_MB}MB", threads=1)
    gate = Gate(lake, writer, register, clock_us=now_us, limits=TakingLimits(units=units))
    return gate, register


def _gate_part(order: Order, messages: Messages) -> Part:
    from jiqun.actions.taking_tokens import TokenBook
    from jiqun.intake.http import HttpGate, Listening
    from jiqun.intake.requests import Desk

    gate, register = _gate(order.writer or "gate")
    desk = Desk(gate, messages, most_bytes())
    listening = Listening(order.host, order.port, _tls())
    door = HttpGate(desk, TokenBook(register.site_of), listening, other=_box_answer)
    scheme = "https" if door.listening.tls else "http"

    def status() -> dict[str, object]:
        address = f"{scheme}://{order.host}:{door.port}/api/readings"
        return gate.status() | {"address": address, "requests": dict(door.counts)}

    def close() -> None:
        door.close()
        gate.close()
        register.close()

    return Part(order.writer or "gate", status, close)


def _box_answer(
    method: str, path: str, headers: Mapping[str, str], body: bytes, site: str
) -> tuple[int, object]:
    """What a box is answered beside its batches."""
    from jiqun.intake.box_routes import answer

    return answer(method, path, headers, body, site=site, at=datetime.now(UTC))


def _mqtt_part(order: Order, messages: Messages, complain: Callable[[SourceDown | None], None]) -> Part:
    from jiqun.intake.mqtt import Worker
    from jiqun.intake.requests import Desk

    share = read_share(order)
    broker = read_broker(order.broker or settings.setting("JIQUN_BROKER"))
    name = order.writer or f"mqtt-{share.k}"
    gate, register = _gate(name)
    worker = Worker(Desk(gate, messages, most_bytes()), broker, share, sites=register.sites, told=complain)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,), name="mqtt", daemon=True)
    thread.start()

    def close() -> None:
        stop.set()
        thread.join(10)
        gate.close()
        register.close()

    return Part(name, lambda: gate.status() | worker.status(), close)


def _merge_part(order: Order, complain: Callable[[SourceDown | None], None]) -> Part:
    from jiqun.intake.merger import Merger, MergerPace

    pace = MergerPace(
        every_s=float(settings.setting("JIQUN_INTAKE_MERGE_S")),
        memory_mb=int(settings.setting("JIQUN_INTAKE_MEMORY_MB")),
    )
    merger = Merger(settings.LAKE_DIR, pace, now_us=now_us, told=complain)
    stop = threading.Event()
    thread = threading.Thread(target=merger.run, args=(stop,), name="merger", daemon=True)
    thread.start()

    def close() -> None:
        stop.set()
        thread.join(60)

    return Part("merger", merger.status, close)


def _watch_part() -> Part:
    from jiqun.actions.desk import desk
    from jiqun.actions.watching import watch

    stop = threading.Event()
    thread = threading.Thread(target=watch, args=(desk(), stop), name="watch", daemon=True)
    thread.start()

    def close() -> None:
        stop.set()
        thread.join(30)

    return Part("watch", lambda: {"following": thread.is_alive()}, close)


def most_bytes() -> int:
    """Largest body, packed and unpacked."""
    return int(settings.setting("JIQUN_INTAKE_MB")) * 1_000_000


def read_share(order: Order) -> "Share":
    """The share of a worker; InputError `intake.bad_share` unless it is "k/n"."""
    from jiqun.intake.mqtt import Share

    k, _, n = order.worker.partition("/")
    if not (k.isdigit() and n.isdigit() and 1 <= int(k) <= int(n)):
        raise InputError("intake.bad_share", seen=order.worker, allowed="1/2, 2/2")
    return Share(int(k), int(n), order.sites)


def read_broker(address: str) -> "Broker":
    """The broker of an address; InputError `intake.bad_broker` when it is none."""
    from jiqun.intake.mqtt import Broker

    try:
        url = urlsplit(address)
        port = url.port
    except ValueError:
        url, port = urlsplit(""), None
    if "@" in address:
        allowed = "JIQUN_BROKER_USER, JIQUN_BROKER_PASSWORD_FILE"
        raise InputError("intake.bad_broker", seen=f"…@{url.hostname or ''}", allowed=allowed)
    if url.scheme not in ("mqtt", "mqtts") or not url.hostname:
        raise InputError(
            "intake.bad_broker", seen=address[:100], allowed="mqtt://host:1883, mqtts://host:8883"
        )
    tls, file = url.scheme == "mqtts", settings.setting("JIQUN_BROKER_PASSWORD_FILE")
    try:
        password = Path(file).read_text(encoding="utf-8").strip() if file else ""
    except OSError as error:
        raise InputError(
            "intake.bad_broker", seen=str(error)[:100], allowed="JIQUN_BROKER_PASSWORD_FILE"
        ) from error
    ca, certificate, key = (
        Path(told) if (told := settings.setting(f"JIQUN_BROKER_{name}")) else None
        for name in ("CA", "CERT", "KEY")
    )
    return Broker(
        url.hostname, port or (8883 if tls else 1883), settings.setting("JIQUN_BROKER_USER"), password,
        ca, tls, certificate, key or certificate,
    )  # fmt: skip


def _tls() -> "Tls | None":
    from jiqun.intake.http import Tls

    certificate, key = settings.setting("JIQUN_INTAKE_CERT"), settings.setting("JIQUN_INTAKE_KEY")
    ca = settings.setting("JIQUN_INTAKE_CLIENT_CA")
    if not certificate:
        return None
    return Tls(Path(certificate), Path(key or certificate), Path(ca) if ca else None)
