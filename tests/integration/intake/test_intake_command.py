"""`jiqun intake` as a process, and what its words mean."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from gate_house import ROOT

from jiqun.actions.intake_status import statuses, write_status
from jiqun.core.errors import InputError
from jiqun.intake.commands import Order, complaint
from jiqun.intake.mqtt import Broker, Share
from jiqun.intake.parts import read_broker, read_share


@pytest.mark.parametrize("word", ["", "1", "0/2", "3/2", "a/b", "1/0", "-1/2"])
def test_a_share_that_is_none(word: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as said:
        read_share(Order(tmp_path, worker=word))
    assert said.value.code == "intake.bad_share"


def test_shares_and_brokers_as_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_share(Order(tmp_path, worker="2/3", sites=("dye",))) == Share(2, 3, ("dye",))
    assert read_broker("mqtt://box") == Broker("box", 1883)
    (tmp_path / "password").write_text("s3cret\n")
    monkeypatch.setenv("JIQUN_BROKER_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("JIQUN_BROKER_USER", "intake")
    found = read_broker("mqtts://broker.example:8884")
    assert (found.port, found.tls, found.user, found.password) == (8884, True, "intake", "s3cret")
    for wrong in ("", "http://box", "mqtt://", "mqtt://box:99999", "box:1883"):
        with pytest.raises(InputError) as said:
            read_broker(wrong)
        assert said.value.code == "intake.bad_broker"


def test_status_files_tell_who_lives(tmp_path: Path) -> None:
    write_status(tmp_path, "gate", {"sites": {}}, now_us=10_000_000)
    write_status(tmp_path, "merger", {"x": 1}, now_us=10_000_000, running=False)
    (tmp_path / "intake" / "broken.json").write_text("{")
    found = {one.name: one for one in statuses(tmp_path, now_us=12_000_000)}
    assert set(found) == {"gate", "merger"} and found["gate"].alive and not found["merger"].alive
    assert not statuses(tmp_path, now_us=100_000_000)[0].alive and found["merger"].told["x"] == 1


def test_a_fault_of_a_part_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    from gate_house import messages

    from jiqun.core.errors import SourceDown

    said = complaint(messages(), "en")("merger")
    said(SourceDown("intake.merge_disk_full", seen="No space left"))
    said(None)
    told = capsys.readouterr().err
    assert "The disk is full" in told and "Make room" in told and "goes on again" in told


def test_the_command_runs_and_stops_in_order(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret.key").write_text("k" * 50)
    process = subprocess.Popen(
        [sys.executable, "-m", "jiqun", "--home", str(home), "--lang", "en", "intake", "--port", "0"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.readline()
    assert "Intake running: gate merge" in first and "/api/readings" in first, process.communicate()
    process.send_signal(signal.SIGTERM)
    out, error = process.communicate(timeout=30)
    assert process.returncode == 0 and "Stopped" in out, error
    told = {name: json.loads((home / "intake" / f"{name}.json").read_text()) for name in ("gate", "merger")}
    assert (
        not any(one["running"] for one in told.values())
        and abs(told["gate"]["now_us"] / 1e6 - time.time()) < 60
    )


def test_the_command_without_a_home_or_with_a_wrong_broker_says_so(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "jiqun", "--home", str(tmp_path), "--lang", "en", "intake", *words],
            env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    assert run().returncode == 10
    (tmp_path / "secret.key").write_text("k" * 50)
    wrong = run("--only", "mqtt", "--broker", "http://x")
    assert wrong.returncode == 10 and "mqtt://host:1883" in wrong.stderr
