"""组织形式笔误 slips in a legal form: 有限公公司, 有限供司, 限有公司 are 有限公司 with one character wrong."""

COMMON = ("有限责任公司", "股份有限公司", "集团有限公司", "有限公司")


def _slips(form: str) -> set[str]:
    """One character dropped, doubled, or swapped with the next."""
    size = range(len(form))
    dropped = {form[:n] + form[n + 1 :] for n in size}
    doubled = {form[:n] + form[n] + form[n:] for n in size}
    swapped = {form[:n] + form[n + 1] + form[n] + form[n + 2 :] for n in size[:-1]}
    return (dropped | doubled | swapped) - {form}


_WHOLE = {slip: form for form in COMMON for slip in sorted(_slips(form))}
_BY_LENGTH = {size: tuple(form for form in COMMON if len(form) == size) for size in map(len, COMMON)}
SLIPPED_LENGTHS = frozenset(map(len, _WHOLE)) | frozenset(_BY_LENGTH)


def slipped_form(text: str) -> str:
    """The legal form that `text` is with one character dropped, doubled, swapped or replaced; empty when it is none."""
    form = _WHOLE.get(text)
    if form is not None:
        return form
    for form in _BY_LENGTH.get(len(text), ()):
        if _is_one_apart(text, form):
            return form
    return ""


def _is_one_apart(text: str, form: str) -> bool:
    """Do two texts of one length differ in just one character?"""
    for n, char in enumerate(text):
        if char != form[n]:
            return text[n + 1 :] == form[n + 1 :]
    return False
