"""拒收原因 why a value is no reading, and what is odd about one that is kept: the same words on the box and at the gate."""

# Why a value is refused or held (拒收原因).
UNKNOWN_POINT = "unknown_point"
WRONG_TYPE = "wrong_type"
NOT_A_NUMBER = "not_a_number"
INFINITE = "infinite"
TOO_LARGE_A_NUMBER = "too_large_a_number"
UNIT_CHANGED = "unit_changed"
TOO_OLD = "too_old"
TOO_NEW = "too_new"
MALFORMED = "malformed"
TOO_LONG = "message_too_long"
BAD_ROW = "bad_row"
REASONS = (
    UNKNOWN_POINT, WRONG_TYPE, NOT_A_NUMBER, INFINITE, TOO_LARGE_A_NUMBER, UNIT_CHANGED, TOO_OLD, TOO_NEW, MALFORMED,
    TOO_LONG, BAD_ROW,
)  # fmt: skip

# Only the gate holds a value for these.
BAD_KEY = "bad_key"
BAD_POINT = "bad_point"
KIND_CHANGED = "kind_changed"
UNKNOWN_UNIT = "unknown_unit"
UNKNOWN_KIND = "unknown_kind"
UNKNOWN_QUALITY = "unknown_quality"
BAD_INSTANT = "bad_instant"
GATE_REASONS = (BAD_KEY, BAD_POINT, KIND_CHANGED, UNKNOWN_UNIT, UNKNOWN_KIND, UNKNOWN_QUALITY, BAD_INSTANT)

# What is odd about a value that is kept (标记).
COUNTER_BACK = "counter_back"
NO_SOURCE_TIME = "no_source_time"
NO_VALUE = "no_value"
REPEATED = "repeated"  # unchanged while its connection stands: said by the box, not by the source
FLAGS = (COUNTER_BACK, NO_SOURCE_TIME, NO_VALUE, REPEATED)

SEEN = 200  # so much of what came is kept to be shown
MOST = 1e300  # largest size of a value


def told(value: object) -> str:
    """What came, as text of at most `SEEN` characters."""
    if isinstance(value, bytes):
        return f"{len(value)} B: {value[: SEEN // 4].hex(' ')}"[:SEEN]
    if isinstance(value, int) and abs(value) >= 10**40:  # Python refuses to print very long whole numbers
        return f"integer of {value.bit_length()} bits"
    try:
        text = str(value).encode("utf-8", "replace").decode()  # half a surrogate pair can be stored nowhere
    except RecursionError:  # JSON may nest deeper than Python writes
        return f"{type(value).__name__} nested too deeply to be shown"
    return text if len(text) <= SEEN else text[: SEEN - 1] + "…"
