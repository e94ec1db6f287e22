"""边缘盒的路 routes of the box: a report and what trials saw come in, orders go out; the token was judged before."""

import zlib
from collections.abc import Mapping
from datetime import datetime

from jiqun.actions import box_talk
from jiqun.core.errors import InputError, JiqunError
from jiqun.factory.readings.box_orders import MOST_BYTES, read_report, read_told, read_trial_answer
from jiqun.factory.readings.reasons import told as shown

TALK, TRIALS = "/api/box", "/api/box/trials/"
Reply = tuple[int, Mapping[str, object]]


def is_ours(path: str) -> bool:
    """Does this address belong here?"""
    return path == TALK or path.startswith(TRIALS)


def answer(
    method: str, path: str, headers: Mapping[str, str], body: bytes, *, site: str, at: datetime
) -> Reply:
    """Status and object of the answer; never raises for what a stranger sends.

    headers  names in small letters; site: key of the factory the token is of
    """
    if method != "POST":
        return 405, {"error": "POST"}
    try:
        told = _unpacked(headers.get("content-encoding", ""), body)
        if path == TALK:
            return 200, box_talk.report(site, read_report(told), at=at)
        trial = path.removeprefix(TRIALS)
        opened = read_told(told)
        return 200, box_talk.trial_answer(
            site, shown(opened.get("site")), trial, read_trial_answer(opened), at=at
        )
    except JiqunError as error:
        status = 413 if error.code == "box.talk_too_long" else error.http_status
        return status, {"error": error.code, "seen": str(error.facts.get("seen", ""))[:200]}


def _unpacked(encoding: str, body: bytes) -> bytes:
    if len(body) > MOST_BYTES:
        raise InputError("box.talk_too_long", seen=len(body), allowed=MOST_BYTES)
    if encoding != "gzip":
        return body
    try:
        packed = zlib.decompressobj(wbits=31)
        found = packed.decompress(body, MOST_BYTES + 1)
    except zlib.error as error:
        raise InputError("box.bad_talk", seen=str(error), allowed="gzip") from error
    if len(found) > MOST_BYTES:
        raise InputError("box.talk_too_long", seen=f"> {MOST_BYTES}", allowed=MOST_BYTES)
    return found
