"""评价表 the sheet of a run: firms out of its cells, places by code or name, and what was answered since put in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from jiqun.actions import policy_packs
from jiqun.actions.desk import Desk
from jiqun.actions.policy_files import Run
from jiqun.core.errors import RowError, RowErrors
from jiqun.core.regions import Ambiguous, Region
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.firm import Firm
from jiqun.rules.firms import firms_of
from jiqun.rules.values import BadValue, value_of


@dataclass(frozen=True)
class ReadSheet:
    """The firms of a sheet by row, and what is worth a look though it keeps nobody from being judged."""

    firms: dict[int, Firm]
    remarks: tuple[RowError, ...]


def read_sheet(desk: Desk, table: Sequence[Sequence[str]], run: Run) -> ReadSheet:
    """The firms of a sheet; RowErrors with everything that cannot be read, and then none is taken."""
    errors: list[RowError] = []
    read = None
    try:
        read = firms_of(table, policy_packs.catalogue(desk), file=run.name, on=run.day)
    except RowErrors as error:
        errors.extend(error.errors)
    rows = [number for number, cells in enumerate(table[1:], start=2) if any(cell.strip() for cell in cells)]
    if read is None:
        raise RowErrors(errors, code="firm.refused")
    placed: dict[int, Firm] = {}
    codes: dict[str, str | RowError] = {}
    for row, firm in zip(rows, read.firms, strict=True):
        text = firm.region or run.region
        code = codes.setdefault(text, _code(desk, text, run.name))
        if isinstance(code, RowError):
            errors.append(replace(code, row=row))
        else:
            placed[row] = replace(firm, region=code)
    if errors:
        raise RowErrors(errors, code="firm.refused")
    return ReadSheet(placed, read.remarks)


def with_answers(firm: Firm, answers: Mapping[str, str], catalogue: Catalogue) -> Firm:
    """The firm with what was answered about it since; BadValue for an answer that cannot be read."""
    told = {
        column: value_of(text, catalogue.fields[column.partition("@")[0]]) for column, text in answers.items()
    }
    return replace(firm, values={**firm.values, **told})


def read_answers(answers: Mapping[str, str], catalogue: Catalogue, *, file: str, row: int) -> dict[str, str]:
    """Answers that say something; RowErrors with every one that cannot be read or asks for no field."""
    kept = {column: text.strip() for column, text in answers.items() if text.strip()}
    errors: list[RowError] = []
    for column, text in kept.items():
        if catalogue.field(column) is None:
            errors.append(RowError(file, row, column, "firm.unknown_column", column, "packs/tables/firm.csv"))
            continue
        try:
            value_of(text, catalogue.fields[column.partition("@")[0]])
        except BadValue as error:
            errors.append(RowError(file, row, column, error.code, text[:80], error.allowed))
    if errors:
        raise RowErrors(errors, code="firm.refused")
    return kept


def _code(desk: Desk, text: str, file: str) -> str | RowError:
    """Today's code of a place; "" where none is named, a complaint where it is no place or several."""
    if not text:
        return ""
    found = desk.regions.resolve(text)
    if isinstance(found, Region):
        return found.code
    allowed = (
        " ".join(one.code for one in found.candidates) if isinstance(found, Ambiguous) else "331003 黄岩区"
    )
    return RowError(file, None, "region", "firm.unknown_place", text[:80], allowed)
