"""示例工厂 the example's two factories: a spring plant and a dye house of made-up enterprises, with their boxes' files.

The plants are simulated and marked as such; the boxes, tokens and the gate are the real ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from jiqun import settings
from jiqun.actions import alarm_files, example_owners
from jiqun.actions import factories as acts
from jiqun.actions.desk import Desk
from jiqun.actions.factory_files import FactoryFiles, describe
from jiqun.ledger import factories
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import Actor

TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"spring": ("opcua.csv", "modbus.csv"), "dye": ("sparkplug.csv",)}
)
NAMES: Mapping[str, str] = MappingProxyType({"spring": "弹簧厂（合成）", "dye": "染厂（合成）"})


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the gate and the plants listen on this machine; "" for a plant that does not run."""

    gate: str
    opcua: str = ""
    modbus: str = ""
    mqtt: str = ""


def load(desk: Desk, *, by: Actor) -> tuple[str, ...]:
    """Enter the factories that are not there yet; gives their keys. Again changes nothing."""
    made = []
    known = {one.key for one in factories.all_factories()}
    for site, tables in TABLES.items():
        subject = example_owners.owner(site)
        if site in known or not subject:
            continue
        folder = settings.EXAMPLE_DIR / "edge" / site
        acts.make(desk, Factory(site, NAMES[site], subject), by=by, at=desk.now())
        files = FactoryFiles(
            folder / "machines.csv", tuple(folder / name for name in tables), folder / "shifts.csv"
        )
        describe(desk, site, files, by=by, at=desk.now())
        alarm_files.load(desk, site, folder / "alarms.toml", by=by, at=desk.now())
        made.append(site)
    return tuple(made)


def boxes(desk: Desk, addresses: Addresses, *, by: Actor) -> dict[str, Path]:
    """Configuration files of the example's boxes for this machine, by site; a box's token is issued once and kept."""
    there = {one.key for one in factories.all_factories() if one.active and one.synthetic}
    return {site: _box(desk, site, addresses, by=by) for site in TABLES if site in there}


def _box(desk: Desk, site: str, addresses: Addresses, *, by: Actor) -> Path:
    folder = desk.home / "edge" / site
    token, example = folder / "token", settings.EXAMPLE_DIR / "edge"
    if not token.exists():
        _, words = acts.issue_token(desk, site, "示例边缘盒 example box", by=by, at=desk.now())
        acts.keep_token(token, words)
    for name in TABLES[site]:
        (folder / name).write_bytes((example / site / name).read_bytes())
    text = (example / f"{site}.toml").read_text(encoding="utf-8")
    for line, told in _told(site, addresses).items():
        text = text.replace(line, told)
    path = folder / "box.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _told(site: str, addresses: Addresses) -> dict[str, str]:
    """What the shipped configuration says, and what it says on this machine."""
    gate = 'address = "http://127.0.0.1:8001/api/readings"'
    found = {
        gate: f'address = "{addresses.gate}"\ntoken_file = "token"',
        f'path = "var/{site}.sqlite3"': f'path = "{site}.sqlite3"',
        'address = "opc.tcp://127.0.0.1:4840/jiqun/spring/"': f'address = "{addresses.opcua}"',
        'address = "127.0.0.1:5020"': f'address = "{addresses.modbus}"',
        'address = "127.0.0.1:1883"': f'address = "{addresses.mqtt}"',
        "status_port = 8787": "status_port = 0",
        "status_port = 8788": "status_port = 0",
    }
    return found | {f'points = "{site}/{name}"': f'points = "{name}"' for name in TABLES[site]}
