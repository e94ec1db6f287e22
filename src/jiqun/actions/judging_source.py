"""企业来源 where the firms to be judged come from: a file somebody hands in, or the ledger."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jiqun.actions.desk import Desk
from jiqun.actions.held_firms import held_firms
from jiqun.actions.imports_enterprises import made_up_regions
from jiqun.actions.judging_files import FirmFile, county_code, read_firm_file
from jiqun.core.errors import InputError
from jiqun.ledger.permissions import Actor

LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class FirmSource:
    """A file, or the ledger where there is none.

    region     of a file: county of the firms that name none; of the ledger: the place whose firms are judged
    sheet      of a workbook
    synthetic  of the ledger: the made-up enterprises instead of the real ones; the two are never judged together
    """

    path: Path | None = None
    region: str = ""
    sheet: str = ""
    synthetic: bool = False


def read_firms(desk: Desk, source: FirmSource, *, by: Actor, on: date) -> FirmFile:
    """The firms as they are known on a day.

    InputError judge.no_firms, judge.unknown_region; whatever a file is refused for
    """
    if source.path is not None:
        return read_firm_file(desk, source.path, on=on, region=source.region, sheet=source.sheet)
    made_up = source.region if source.region in made_up_regions() else ""
    region = made_up or county_code(desk, source.region, on)
    if source.region and not region:
        raise InputError("judge.unknown_region", seen=source.region, allowed="331003")
    held = held_firms(desk, by=by, on=on, region=region, synthetic=source.synthetic)
    if not held:
        raise InputError("judge.no_firms", seen=source.region or LEDGER, allowed="--synthetic --region")
    return FirmFile(LEDGER, "", tuple(one.firm for one in held), (), ())
