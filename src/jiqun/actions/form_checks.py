"""表格核对 form checks: the totals of a form held against its rows, and what of its sheet is no data."""

from dataclasses import asdict

from jiqun.actions.desk import Desk
from jiqun.actions.imports import ImportReport, Opened
from jiqun.core.indicators import Adds
from jiqun.core.units import Kind
from jiqun.lake.forms.totals import check_totals


def tell_of_form(desk: Desk, opened: Opened, report: ImportReport) -> None:
    """Add to a report what the form itself says: totals that differ, rows left out."""
    report.numbers = frozenset(number for number, _ in opened.table.rows)
    form = opened.table.form
    if form is None:
        return
    report.left_out = [{"sheet": form.sheet, **asdict(item)} for item in form.left_out]
    checked = check_totals(form, adding_columns(desk, opened))
    report.totals = [asdict(fault) for fault in checked.faults]
    report.totals_checked = checked.checked


def adding_columns(desk: Desk, opened: Opened) -> list[str]:
    """Columns whose indicator adds up from its parts; a share, a growth rate or a rank has no total."""
    known = ((item.column, desk.indicators.find(item.indicator)) for item in opened.mapping.facts)
    return [column for column, item in known if item and item.adds is Adds.SUM and item.kind is Kind.LEVEL]
