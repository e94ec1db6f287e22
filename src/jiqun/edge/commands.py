"""边缘命令的内容: what the verbs of `jiqun edge` do; the command tree calls these by name and prints what they give.

The two shells do not import each other, as the command that starts the server names the pages and does not import them.
"""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import orjson

from jiqun.core.errors import InputError
from jiqun.core.units import UnitTable
from jiqun.edge.config import SECRETS, EdgeConfig, read_config
from jiqun.edge.running import Box, run_box
from jiqun.factory.readings.manifests import Option, connector_keys, manifest_of, quality_of


def run(path: Path, packs: Path, told: Callable[[dict[str, object]], None]) -> None:
    """Run the box of a configuration until it is told to stop; `told` gets a summary once it is open."""
    config = read_config(path, packs=packs)
    box = Box(config, units=UnitTable.load(packs / "units.toml"))
    told(
        {
            "site": config.site, "connectors": len(config.connectors), "gate": config.gate.address,
            "points": sum(len(one.points) for one in config.connectors), "damaged": str(box.buffer.damaged or ""),
        }
    )  # fmt: skip
    asyncio.run(run_box(box))


def check(path: Path, packs: Path) -> dict[str, object]:
    """Site and connectors of a configuration; RowErrors with all that is wrong."""
    config = read_config(path, packs=packs)
    connectors = [
        {
            "name": one.name,
            "kind": one.manifest.key,
            "zh": one.manifest.zh,
            "en": one.manifest.en,
            "points": len(one.points),
        }
        for one in config.connectors
    ]
    return {"site": config.site, "connectors": connectors}


def status(path: Path, packs: Path) -> dict[str, object]:
    """What the box of a configuration last wrote of itself; InputError `edge.no_status` when it never ran."""
    config = read_config(path, packs=packs)
    file = config.buffer.path.with_suffix(".status.json")
    try:
        return orjson.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError("edge.no_status", seen=str(file)) from error


def certificate(path: Path, packs: Path, *, renew: bool = False, trust: str = "") -> dict[str, object]:
    """This box's certificate for OPC UA, made where there is none, and those of machines, trusted and waiting.

    renew  makes a new pair; every machine must accept the new one
    trust  a waiting file that is trusted from now on; InputError `edge.no_such_certificate`
    """
    config = read_config(path, packs=packs)
    from jiqun.edge.opcua.certificates import make_pair, read_certificate, told_of

    folder = path.parent / SECRETS
    own, key = folder / "opcua.der", folder / "opcua.key"
    made = renew or not (own.exists() and key.exists())
    if made:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_pair(own, key, name=f"jiqun-edge {config.site} {config.orders.box}", uri=application_uri(config))
    if trust:
        _trust(folder, trust)
    told = told_of(read_certificate(own.read_bytes())).as_json()
    lists = {name: _certificates(folder / name) for name in ("trusted", "rejected")}
    return {"made": made, "certificate": str(own), "key": str(key), **told, **lists}


def application_uri(config: EdgeConfig) -> str:
    """How this box names itself to OPC UA servers; it stands in its certificate."""
    return f"urn:{socket.gethostname() or 'localhost'}:jiqun:edge:{config.site}:{config.orders.box}"


def _trust(folder: Path, name: str) -> None:
    waiting = {one.name: one for one in (folder / "rejected").glob("*") if one.is_file()}
    if name not in waiting:
        raise InputError("edge.no_such_certificate", seen=name[:80], allowed=" ".join(sorted(waiting))[:300])
    (folder / "trusted").mkdir(exist_ok=True)
    waiting[name].replace(folder / "trusted" / name)


def _certificates(folder: Path) -> list[dict[str, object]]:
    """What lies in a folder of certificates; a file that is none says so."""
    from jiqun.edge.opcua.certificates import read_certificate, told_of

    found: list[dict[str, object]] = []
    for file in sorted(one for one in folder.glob("*") if one.is_file()):
        try:
            found.append({"file": file.name, **told_of(read_certificate(file.read_bytes())).as_json()})
        except ValueError:
            found.append({"file": file.name, "name": "?"})
    return found


def connectors(lang: str) -> list[dict[str, object]]:
    """Every connector with its manifest and quality card, in one language."""
    zh = lang == "zh"
    return [
        {
            "key": one.key, "label": one.zh if zh else one.en, "promise": one.promise, "address": one.example,
            "options": [_option(o, zh=zh) for o in one.options.values()],
            "quality": [{"key": m.key, "state": m.state, "says": m.zh if zh else m.en} for m in quality_of(one.key)],
        }
        for one in map(manifest_of, connector_keys())
    ]  # fmt: skip


def _option(option: Option, *, zh: bool) -> dict[str, object]:
    words = [one.key for one in option.words if one.key]
    says = option.zh if zh else option.en
    return {
        "name": option.name,
        "default": option.default,
        "says": f"{says}: {' '.join(words)}" if words else says,
    }
