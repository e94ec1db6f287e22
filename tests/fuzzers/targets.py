"""The targets of `make fuzz-codecs`: any bytes, one function each; and the bytes they begin with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fuzzers import fuzz_box, fuzz_disk, fuzz_gate

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True, slots=True)
class Target:
    """One target.

    run    takes any bytes; whatever it raises is a finding
    words  pieces the fuzzer may put in
    most   longest input worth trying, bytes
    """

    run: Callable[[bytes], None]
    words: str = ""
    most: int = 4096


JSON = (
    '[ ] { } {} [] : , "" null true false -1 1e400 1e300 0.5 9223372036854775808 "\\ud83d\\ude00" "\\u0000" '
    '[[[[[[[[ {"a":{"a": '
)
BATCH = (
    '"contract":1 "site":"spring" "batches": "id": "sequence": "made_us": "points": "readings": "refused": "gaps": '
    '"key": "unit": "kind": "measurement" "counter" "point": "read_us": "value": "quality": "good" "bad" "flag": '
    '"from_us": "to_us": "count": "reason": "seen": 1790000000000000'
)
TALK = (
    '"talk":1 "site": "box": "state":"done" "trials": "connections": "points": "options": "kind": "watch" "address": '
    '"scale": "deadband": "until_us": "buffer": "oldest_us": "counts": "connectors": "faults": "fault": "value": "lag_s":'
)
TIMES = "2026-11-22T06:40:00Z 2026/11/2 8:00 2026年11月2日 0001-01-01 9999-12-31 T23:59:59.999999 +23:59 -14:00 24:00 W52-7"
LOG = '"commitInfo": "actionCount": "operation":"CREATE TABLE" "add": "path": "size": "stats": "numRecords" "remove": "txn":'

TARGETS: dict[str, Target] = {
    "sparkplug": Target(fuzz_box.sparkplug, "bdSeq engUnit Quality"),
    "sparkplug_session": Target(fuzz_box.sparkplug_session, "bdSeq engUnit Quality"),
    "mqtt_json": Target(fuzz_box.mqtt_json, f'{JSON} "t": "time": "a": "n": "x/y": {TIMES}'),
    "csv_drop": Target(fuzz_box.csv_drop, f'time temperature pieces machine F2 , ; "" nan inf 1e999 {TIMES}'),
    "http_in": Target(
        fuzz_box.http_in, f'{JSON} "id": "readings": "key": "value": "unit": "quality": "read_at": {TIMES}'
    ),
    "instants": Target(fuzz_box.instant_texts, TIMES, most=200),
    "contract": Target(fuzz_gate.contract, f"{JSON} {BATCH}"),
    "envelope": Target(fuzz_gate.envelope, f"{JSON} {BATCH}"),
    "packets": Target(fuzz_gate.packets, "jiqun/v1/spring/batches", most=400),
    "taking": Target(fuzz_gate.taking, f"{JSON} {BATCH}"),
    "box_talk": Target(fuzz_gate.box_talk, f"{JSON} {TALK}"),
    "log_entry": Target(fuzz_disk.log_entry, f"{JSON} {LOG}"),
    "kept_segment": Target(fuzz_disk.kept_segment, most=64),
    "box_buffer": Target(fuzz_disk.box_buffer, most=64),
}


def corpus(name: str) -> Iterator[Path]:
    """The bytes a target begins with: captures of our own plants, and what was found once."""
    return (path for path in sorted((CORPUS / name).iterdir()) if path.is_file())
