"""参数 what requests of the interface may carry: texts, numbers and pages, each with its limits."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict, StrictBool, StrictInt, StringConstraints

from jiqun.actions.questions import parse_as_of
from jiqun.actions.reading.audit import Narrowing

SIZE_MOST = 500
PAGE_MOST = 1_000_000


def without_nul(text: str) -> str:
    """A text a database takes."""
    if "\x00" in text:
        raise ValueError("NUL is not a character of a text")
    return text


Text = Annotated[str, StringConstraints(max_length=200), AfterValidator(without_nul)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(without_nul)]
Long = Annotated[str, StringConstraints(max_length=2000), AfterValidator(without_nul)]
Number = Annotated[int, Field(ge=1, le=9_007_199_254_740_991)]
TableNumber = Annotated[int, Field(ge=0, le=9999)]


class Turning(Schema):
    """Which page of a list."""

    page: int = Field(1, ge=1, le=PAGE_MOST, description="page, from 1")
    size: int = Field(50, ge=1, le=SIZE_MOST, description="rows of a page")


class FactQuery(Turning):
    """Which facts."""

    subject: Text = Field("", description="key of the subject, e.g. region:330624")
    indicator: Text = Field("", description="key of the indicator")
    source: Text = Field("", description="key of the source")
    batch: Text = Field("", description="id of the batch")
    status: Text = Field("", description="actual | target | estimate | claim")
    kind: Text = Field("", description="kind of the subject, e.g. cluster")
    text: Text = Field("", description="words in scope, breakdown, quote or note")
    as_of: Text = Field("", description="as known at the end of that day (2024-03-01) or at that instant")
    real: bool = Field(False, description="leave made-up facts out")
    sort: Text = Field(
        "subject", description="subject | indicator | period | value | status | source | recorded"
    )
    descending: bool = Field(False, description="turn the order")

    def then(self) -> date | datetime | None:
        """The day or instant asked for."""
        return parse_as_of(self.as_of or None)


class ConflictQuery(Turning):
    """Which conflicts."""

    indicator: Text = Field("", description="key of the indicator")
    region: Text = Field("", description="six digits: this place and all below")
    source: Text = Field("", description="key of a source that takes part")
    subject: Text = Field("", description="key of the subject")
    synthetic: bool = Field(False, description="with made-up numbers")


class SubjectQuery(Turning):
    """Which subjects."""

    q: Text = Field("", description="words of the name; two characters or more find best")
    kind: Text = Field("", description="region, cluster, enterprise, project …")
    region: Text = Field("", description="six digits: this place and all below")
    cluster: Text = Field("", description="key of a cluster or chain: it and all that belongs to it")
    real: bool = Field(False, description="leave made-up subjects out")
    sort: Text = Field(
        "label", description="label | key | region | updated, with - before it for the other way"
    )


class Strict(Schema):
    """A body of a request: no field nobody knows, no number that is a text."""

    model_config = ConfigDict(extra="forbid")


class Cells(Strict):
    """A repaired row: what now stands in its cells, by column."""

    cells: dict[Text, Long] = Field(max_length=500)


class Reason(Strict):
    """Why."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(without_nul)]


class Saying(Strict):
    """What is said with a step."""

    text: Annotated[str, StringConstraints(max_length=1000), AfterValidator(without_nul)] = ""


class NewObjection(Strict):
    """A number said to be wrong: the fact, what it should be (as text), its unit (empty: the fact's own), and why."""

    fact: Key
    value: Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(without_nul)]
    unit: Text = ""
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(without_nul)]


class Quantity(Strict):
    """A column that is a quantity of each row's subject."""

    column: Key
    indicator: Key
    unit: Key
    period: Key
    scope: Text = ""
    reads: Literal["", "percent", "fraction"] = ""


class RowRules(Strict):
    """What becomes of rows without a code (region: every row is about a region), and of hidden ones."""

    without_code: Literal["enter", "match", "region"] = "enter"
    hidden: Literal["leave", "take"] = "leave"


class Mapping(Strict):
    """Which column is what: field → column (empty: none), constants, quantities, columns that say nothing, rules."""

    columns: dict[Text, Text] = Field(default_factory=dict, max_length=200)
    constants: dict[Text, Text] = Field(default_factory=dict, max_length=200)
    facts: list[Quantity] = Field(default_factory=list, max_length=500)
    ignored: Annotated[list[Text], Field(max_length=200)] | None = None
    rows: RowRules = Field(default_factory=RowRules)


class Taken(Strict):
    """Whether a table of a file is taken along."""

    take: StrictBool


class NewAccount(Strict):
    """An account to be made."""

    username: Annotated[str, StringConstraints(min_length=1, max_length=150), AfterValidator(without_nul)]
    display_name: Annotated[str, StringConstraints(max_length=80), AfterValidator(without_nul)] = ""


class Activity(Strict):
    """Open or closed."""

    active: StrictBool


class NewGrant(Strict):
    """A role for a scope: `all`, `region:330624`, `cluster:…`, `chain:…`, `enterprise:…`."""

    role: Key
    scope: Text = "all"


class NewToken(Strict):
    """A token to be made."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(without_nul)]
    permissions: list[Key] = Field(min_length=1, max_length=50)
    scope: Text = "all"
    days: StrictInt = Field(90, ge=1, le=366)


class ExportQuery(Schema):
    """Which rows an export holds."""

    subject: Text = ""
    indicator: Text = ""
    source: Text = ""
    batch: Text = ""
    status: Text = ""
    kind: Text = ""
    region: Text = ""
    cluster: Text = ""
    q: Text = ""
    real: bool = Field(False, description="leave made-up rows out")


class AuditQuery(Turning):
    """Which lines of the trail."""

    action: Text = Field("", description="whole word, or its beginning up to a dot")
    by: Text = ""
    target: Text = ""
    batch: Text = ""
    since: Text = Field("", description="day, included")
    until: Text = Field("", description="day, included")

    def narrowing(self) -> Narrowing:
        """As the reading asks for it."""
        return Narrowing(self.action, self.by, self.target, self.batch, self.since, self.until)


class HandingIn(Schema):
    """What is said about a file when handing it in."""

    kind: Text = Field(description="enterprises | facts")
    source: Text = Field("", description="key of the source; empty: a new sheet of the office")
    source_title: Text = Field("", description="title of the new sheet; empty: the name of the file")


class Names(Strict):
    """Names to be matched, one a line."""

    names: Annotated[str, StringConstraints(min_length=1, max_length=2_000_000), AfterValidator(without_nul)]
    title: Text = ""


class Answer(Strict):
    """Which enterprise a written name means; empty: none of ours."""

    subject: Text = ""


class PairBody(Strict):
    """Two enterprises by their keys; the first is to be read under the second."""

    subject: Key
    into: Key
    reason: Annotated[str, StringConstraints(max_length=300), AfterValidator(without_nul)] = ""


class MatchQuery(Schema):
    """Which rows of a list."""

    page: int = Field(1, ge=1, le=PAGE_MOST, description="page, from 1")
    decision: Text = Field("", description="match | review | none | said (by a person)")
    sort: Text = Field("row", description="row | name | score | matched")
    descending: bool = Field(False, description="turn the order")
    text: Text = Field("", description="words of the written or the matched name")


class RunForm(Schema):
    """By which pack a sheet is judged."""

    pack: Key
    on: Text = Field(description="the day judged, 2026-06-01")
    kind: Text = Field("new", description="new | re_review")
    region: Text = Field("", description="six digits: county of rows that name none")


class OneFirm(Strict):
    """By which pack one firm is judged, and which."""

    pack: Key
    on: Text
    kind: Text = "new"
    region: Text = ""
    firm: Text = ""
    code: Text = ""


class RunQuery(Turning):
    """Which lines of a run."""

    verdict: Text = Field("", description="met | unmet | unknown | manual | not_applicable")
    region: Text = Field("", description="six digits of the county")
    level: Text = Field("", description="grade or level")
    text: Text = Field("", description="words of the name or digits of the code")
    chain: Text = Field("", description="key of a chain or cluster the register puts the firm into")
    sort: Text = Field("row", description="row | name | score | unmet | unknown")
    descending: bool = Field(False, description="turn the order")


class PolicyAnswers(Strict):
    """What was unknown, by column of the field catalogue, as it would stand in a sheet."""

    values: dict[Text, Text] = Field(max_length=500)


class OnDay(Schema):
    """The day asked for."""

    on: date | None = Field(None, description="day judged, today when left out")


class LadderQuery(Turning):
    """Which firms of a ladder."""

    on: date | None = Field(None, description="day judged, today when left out")
    region: Text = Field("", description="code of a place, with those below it")
    chain: Text = Field("", description="key of a chain or cluster")
    made_up: bool = Field(False, description="the made-up firms instead of the real ones")
    rung: Text = Field("", description="key of a rung")
    show: Text = Field(
        "one_step", description="held | ready | one_step | papers | further | closed | unknown | none …"
    )
    text: Text = Field("", description="words of the name or digits of the code")
    year: int = Field(0, ge=0, le=2200, description="with show=in_year: in force at the end of that year")
