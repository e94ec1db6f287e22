"""Words 词: how pages name the keys of closed lists, and where each kind of thing has its page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jiqun.core.states import NEVER_WORD, NO_WORD, STATES, YES_WORD
from jiqun.web.numerals import number

WORDS = {
    "status": {
        "actual": pgettext_lazy("status", "Actual"),
        "target": pgettext_lazy("status", "Target"),
        "estimate": pgettext_lazy("status", "Estimate"),
        "claim": pgettext_lazy("status", "Claim"),
    },
    "counts": {
        "facts": _("statements"),
        "documents": _("documents"),
        "subjects": _("subjects"),
        "places": _("places"),
        "indicators": _("indicators"),
        "enterprises": _("enterprises"),
        "projects": _("projects"),
        "cluster-facts": _("Statements"),
        "cluster-areas": _("Areas"),
        "cluster-members": _("Members"),
    },
    "dimension": {
        "of": _("of"),
        "title": _("title"),
        "type": _("type"),
        "industry": _("industry"),
        "product": _("product"),
        "level": _("level"),
        "item": _("item"),
        "batch": _("batch"),
        "size": _("size"),
        "feature": _("feature"),
        "measure": _("measure"),
        "education": _("education"),
        "category": _("category"),
        "role": _("role"),
        "segment": _("segment"),
        "programme": _("programme"),
        "workshop": _("workshop"),
        "equipment": _("equipment"),
        "award": _("award"),
        "field": _("field"),
        "point": _("point in time"),
        "crop": _("crop"),
        "state": _("state"),
        "group": _("group"),
        "version": _("version"),
        "cluster": _("cluster"),
        "section": _("section"),
    },
    "connector_state": {
        "up": pgettext_lazy("connector", "connected"),
        "connecting": pgettext_lazy("connector", "connecting"),
        "down": pgettext_lazy("connector", "down"),
        "waiting": pgettext_lazy("connector", "not yet fetched by its box"),
        "refused": pgettext_lazy("connector", "not taken by its box"),
        "unknown": pgettext_lazy("connector", "box silent"),
        "gone": pgettext_lazy("connector", "taken out"),
    },
    "reading_word": {
        "nothing_yet": _("nothing yet"),
        "no_number": _("no number"),
        "unknown_point": _("unknown point"),
        "wrong_type": _("not a number of the kind expected"),
        "not_a_number": _("not a number (NaN)"),
        "infinite": _("infinite"),
        "too_large_a_number": _("too large a number"),
        "unit_changed": _("another unit than agreed"),
        "too_old": _("instant too old"),
        "too_new": _("instant in the future"),
        "malformed": _("unreadable message"),
        "message_too_long": _("message too long"),
        "bad_row": _("unreadable row"),
        "bad_key": _("key cannot be one"),
        "bad_point": _("point not described"),
        "kind_changed": _("another kind than agreed"),
        "unknown_unit": _("unknown unit"),
        "unknown_kind": _("unknown kind"),
        "unknown_quality": _("unknown quality"),
        "bad_instant": _("no instant"),
        "counter_back": _("counter jumped back"),
        "no_source_time": _("without the source's time"),
        "no_value": _("without a value"),
        "repeated": _("unchanged, said again"),
        "overflow": _("buffer was full"),
        "disk_full": _("disk was full"),
        "damaged": _("damaged on the box's disk"),
    },
    "point_kind": {
        "measurement": _("goes up and down"),
        "total": _("sum that may be corrected"),
        "counter": _("only grows"),
    },
    "quality": {"good": _("good"), "uncertain": _("uncertain"), "bad": pgettext_lazy("quality", "bad")},
    "known_by": {
        "registered": _("registered"),
        "merged": _("merged into it"),
        "alias": _("also called"),
    },
    "match": {
        "match": pgettext_lazy("matching", "match"),
        "review": pgettext_lazy("matching", "to be looked at"),
        "none": pgettext_lazy("matching", "not in the register"),
    },
    "match_sort": {
        "row": _("row of the list"),
        "name": _("name as written"),
        "score": _("fit"),
        "matched": _("enterprise"),
    },
    "match_field": {
        "name": _("name"),
        "code": _("code"),
        "region": _("place"),
        "address": _("address"),
        "phone": _("telephone"),
        "capital": _("capital"),
        "date": _("date of establishment"),
    },
    "verdict": {
        "met": _("Reached"),
        "unmet": _("Not reached"),
        "open": _("Not due yet"),
        "unknown": _("No outcome stated"),
        "manual": _("To be judged"),
    },
    "ruling": {
        "met": pgettext_lazy("ruling", "Met"),
        "unmet": pgettext_lazy("ruling", "Not met"),
        "unknown": pgettext_lazy("ruling", "Unknown"),
        "manual": pgettext_lazy("ruling", "For a person to decide"),
        "not_applicable": pgettext_lazy("ruling", "Does not apply"),
    },
    "confidence": {
        "A": _("two sources agree"),
        "B": _("one source cites it"),
        "C": _("from memory, not official"),
        "U": _("unknown"),
    },
    "ladder_step": {
        "held": pgettext_lazy("ladder", "on the rung"),
        "ready": pgettext_lazy("ladder", "nothing missing by what is known"),
        "one_step": pgettext_lazy("ladder", "one step away"),
        "papers": pgettext_lazy("ladder", "papers missing"),
        "further": pgettext_lazy("ladder", "further away"),
        "closed": pgettext_lazy("ladder", "not within a year"),
        "apart": pgettext_lazy("ladder", "not for this firm"),
        "no_rule": pgettext_lazy("ladder", "no rule on that day"),
        "top": pgettext_lazy("ladder", "at the top"),
        "unknown": pgettext_lazy("ladder", "nobody knows what it holds"),
        "none": pgettext_lazy("ladder", "known to hold none"),
        "in_year": pgettext_lazy("ladder", "in force at the end of the year"),
    },
    "rung_state": {
        "held": pgettext_lazy("rung", "in force"),
        "over": pgettext_lazy("rung", "over"),
        "none": pgettext_lazy("rung", "not held"),
        "unknown": pgettext_lazy("rung", "not known"),
    },
    "help": {"measure": _("measure"), "service": _("service"), "provider": _("provider")},
    "title_how": {"recognised": _("recognised by rule"), "registered": _("entered from a list")},
    "title_notice": {
        "publicity": _("Made public as a candidate"),
        "granted": _("Title granted"),
        "refused": _("Not recognised"),
        "review": _("Re-review can be applied for"),
        "expiring": _("Title ends soon"),
        "taken_back": _("Title taken back"),
    },
    "recognition_step": {
        "recognition.start": _("Candidates found"),
        "recognition.publish": _("Made public"),
        "recognition.refuse": _("Candidate refused"),
        "recognition.decide": _("Decided"),
        "recognition.withdraw": _("Withdrawn"),
    },
    "application": {"new": _("new application"), "re_review": _("re-review")},
    "run_sort": {
        "row": _("row of the sheet"),
        "name": _("name"),
        "score": _("score"),
        "unmet": _("fewest clauses not met"),
        "unknown": _("fewest unknown"),
    },
    "reason": {
        "scope": _("the scopes differ or one is not stated"),
        "kind": _("the two are different kinds of number"),
        "about": _("the words are too rough to decide"),
        "early": _("reached ahead of time"),
        "late": _("a later statement says it was reached"),
    },
    "clash": {
        "conflict": _("Cannot both hold"),
        "rounding": _("Both can hold (rounded)"),
        "scope": _("Different scopes"),
    },
    "kind": {
        "level": _("Amount"),
        "share": _("Share"),
        "growth": _("Growth"),
        "points": _("Difference in points"),
        "completion": _("Completion"),
        "rank": _("Rank"),
        "flag": _("Yes or no"),
        "choice": _("One of some words"),
        "date": _("Day"),
        "count": _("Count"),
    },
    "nature": {"stock": _("counted at a moment"), "flow": _("over a period")},
    "adds": {"sum": _("adds up"), "weighted_mean": _("weighted mean"), "none": _("does not add up")},
    "subject": {
        "region": _("Place"),
        "cluster": _("Cluster"),
        "chain": _("Chain"),
        "segment": _("Segment"),
        "enterprise": _("Enterprise"),
        "project": _("Project"),
        "park": _("Park"),
        "platform": _("Platform"),
        "body": _("Innovation body"),
        "programme": _("Programme"),
        "office": _("Office"),
        "leader": _("Leader"),
        "document": _("Document"),
        "brain": _("Industry brain"),
        "group": _("Group"),
        "indicator": _("Indicator"),
    },
    "source": {
        "document": _("Document"),
        "register": _("Register"),
        "office_sheet": _("Office sheet"),
        "readings": _("Own readings"),
        "user": _("Person"),
        "synthetic": _("Synthetic"),
    },
    "figure": {"stated": _("stated"), "sum": _("sum of the parts"), "derived": _("worked out")},
    "bound": {
        "=": _("exactly"),
        "≥": _("at least"),
        ">": _("more than"),
        "≈": _("about"),
        "<": _("less than"),
        "≤": _("at most"),
        "range": _("between"),
    },
    "predicate-out": {
        "part_of": _("Part of"),
        "member_of": _("Member of"),
        "core_area_of": _("Core area of"),
        "cooperation_area_of": _("Cooperation area of"),
        "located_in": _("Located in"),
        "chief_of_chain": _("Chief of chain"),
        "chain_leader_of": _("Chain leader of"),
        "in_chain": _("In the chain"),
        "in_segment": _("In the segment"),
        "supplies": _("Supplies"),
        "partner_of": _("Partner of"),
        "operates": _("Operates"),
        "undertakes": _("Undertakes"),
        "hosts": _("Hosts"),
        "owns_share_of": _("Holds shares of"),
    },
    "predicate-in": {
        "part_of": _("Consists of"),
        "member_of": _("Members"),
        "core_area_of": _("Core areas"),
        "cooperation_area_of": _("Cooperation areas"),
        "located_in": _("Located here"),
        "chief_of_chain": _("Chiefs"),
        "chain_leader_of": _("Chain leaders"),
        "in_chain": _("In this chain"),
        "in_segment": _("In this segment"),
        "supplies": _("Supplied by"),
        "partner_of": _("Partners"),
        "operates": _("Operated by"),
        "undertakes": _("Undertaken by"),
        "hosts": _("Hosted by"),
        "owns_share_of": _("Held by"),
    },
    "registered": {
        "name": _("Name"),
        "uscc": _("Unified social credit code"),
        "uscc_grade": _("Code check"),
        "status": _("Status"),
        "established_on": _("Established on"),
        "legal_form": _("Legal form"),
        "capital_wan": _("Registered capital (10,000 yuan)"),
        "industry_code": _("Industry code"),
        "address": _("Address"),
        "region": _("Placed in"),
        "region_how": _("Placed by"),
        "confidence": _("Confidence"),
    },
    "uscc_grade": {
        "valid": _("valid"),
        "checksum_mismatch": _("check character does not match"),
        "absent": _("no code"),
    },
    "region_how": {
        "stated": _("the list itself"),
        "synthetic": _("made up for demonstration"),
        "code_and_address": _("code and address agree"),
        "address": _("county named in the address"),
        "township": _("township in the address"),
        "area": _("area in the address"),
        "landmark": _("place name in the address"),
        "code": _("region part of the code"),
        "code_main": _("region part of the code, since divided"),
        "split_unit": _("not decided: the old unit was divided"),
        "city_only": _("not decided: only the city is known"),
        "outside": _("outside the province"),
        "no_evidence": _("not decided: nothing points to a place"),
    },
}
SIGNS = {"≥": "≥", ">": ">", "≈": "≈", "<": "<", "≤": "≤"}


def address_of(kind: str, key: str) -> str:
    """The page of a subject, source or indicator."""
    name = key.partition(":")[2]
    match kind:
        case "cluster":
            return reverse("cluster", args=[name])
        case "source":
            return reverse("source", args=[key])
        case "indicator":
            return reverse("indicator", args=[key])
        case "document":
            return reverse("source", args=[name])
    return reverse("subject", args=[key])


STATE_WORDS = {YES_WORD: "yes", NO_WORD: "no", NEVER_WORD: "never"}
"""States an English reader meets; the words of a choice stand as they were told."""


def value_words(statement: object, lang: str) -> dict[str, str]:
    """The parts of a stated value: bound sign, number, unit, or the words when there is no number."""
    s = statement
    if s.value is None:  # type: ignore[attr-defined]
        text = (
            STATE_WORDS.get(s.value_text, s.value_text) if lang == "en" and s.kind in STATES else s.value_text
        )  # type: ignore[attr-defined]
        return {"text": text or "—", "bound": "", "number": "", "unit": ""}  # type: ignore[attr-defined]
    shown = number(s.value)  # type: ignore[attr-defined]
    if s.bound == "range" and s.value_high is not None:  # type: ignore[attr-defined]
        joint = "–" if s.value >= 0 else (" 至 " if lang == "zh" else " to ")  # type: ignore[attr-defined]
        shown = f"{shown}{joint}{number(s.value_high)}"  # type: ignore[attr-defined]
    unit = str(getattr(s.unit_label, lang))  # type: ignore[attr-defined]
    if s.kind == "rank":  # type: ignore[attr-defined]
        shown, unit = (f"第 {shown}", "位") if lang == "zh" else (f"No. {shown}", "")
    elif s.unit in ("%", "‰"):  # type: ignore[attr-defined]
        unit = str(s.unit)  # type: ignore[attr-defined]
    elif lang == "en" and unit[:1].isdigit():
        unit = f"× {unit}"
    growing = s.kind in ("growth", "points") and s.value > 0  # type: ignore[attr-defined]
    sign = SIGNS.get(str(s.bound), "")  # type: ignore[attr-defined]
    return {"text": "", "bound": sign, "number": ("+" if growing else "") + shown, "unit": unit}


def said(statement: object, lang: str) -> str:
    """A stated value in one line: > 9 万亿元."""
    parts = value_words(statement, lang)
    if parts["text"]:
        return parts["text"]
    gap = "" if parts["unit"] in ("%", "‰", "") else " "
    return f"{parts['bound']} {parts['number']}{gap}{parts['unit']}".strip()
