"""边缘命令的内容: what the verbs of `jiqun edge` do; the command tree calls these by name and prints what they give.

The two shells do not import each other, as the command that starts the server names the pages and does not import them.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import orjson

from jiqun.core.errors import InputError
from jiqun.core.units import UnitTable
from jiqun.edge.config import read_config
from jiqun.edge.running import Box, run_box
from jiqun.factory.readings.manifests import connector_keys, manifest_of, quality_of


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


def connectors(lang: str) -> list[dict[str, object]]:
    """Every connector with its manifest and quality card, in one language."""
    zh = lang == "zh"
    return [
        {
            "key": one.key, "label": one.zh if zh else one.en, "promise": one.promise, "address": one.example,
            "options": [{"name": o.name, "default": o.default, "says": o.zh if zh else o.en} for o in one.options.values()],
            "quality": [{"key": m.key, "state": m.state, "says": m.zh if zh else m.en} for m in quality_of(one.key)],
        }
        for one in map(manifest_of, connector_keys())
    ]  # fmt: skip
