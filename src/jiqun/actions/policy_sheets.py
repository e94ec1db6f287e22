"""评价表 what was answered about a firm of a sheet since it was handed in: read whole or refused whole, and put in."""

from collections.abc import Mapping
from dataclasses import replace

from jiqun.core.errors import RowError, RowErrors
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.firm import Firm
from jiqun.rules.values import BadValue, value_of


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
