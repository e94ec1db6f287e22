"""`jiqun edge certificate` and the words of `jiqun edge status`: made once, shown, renewed, machines trusted by hand."""

import stat
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from edge_house import PACKS
from secure_house import pair

from jiqun.cli import edge as verbs
from jiqun.cli.main import main
from jiqun.core.errors import InputError, JiqunError
from jiqun.edge.commands import certificate
from jiqun.edge.config import read_config, shown
from jiqun.edge.line import error_code
from jiqun.edge.opcua.certificates import hosts_of, read_certificate, told_of
from jiqun.factory.readings.line_faults import broker_refusal, fault_of, hung_up

TEXT = 'site = "spring"\n[gate]\naddress = "{gate}"\n[orders]\nbox = "old-laptop"\n[buffer]\npath = "edge.sqlite3"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "edge.toml"
    file.write_text(TEXT.format(gate="https://gate:8001/api/readings"), encoding="utf-8")
    return file


def test_the_pair_is_made_once_fits_together_and_is_the_owner_s_alone(path: Path) -> None:
    first = certificate(path, PACKS)
    own = read_certificate(Path(str(first["certificate"])).read_bytes())
    key = Path(str(first["key"]))
    secret = load_pem_private_key(key.read_bytes(), None)
    assert secret.public_key() == own.public_key() and secret.key_size == 2048  # type: ignore[union-attr]
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 and stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    told = told_of(own)
    assert told.uri.startswith("urn:") and told.uri.endswith(":jiqun:edge:spring:old-laptop")
    assert told.name == "jiqun-edge spring old-laptop" and hosts_of(own)
    assert (told.ends - told.begins).days == 3650 and first["made"] is True
    again = certificate(path, PACKS)
    assert again["sha256"] == first["sha256"] and again["made"] is False
    renewed = certificate(path, PACKS, renew=True)
    assert renewed["sha256"] != first["sha256"] and renewed["uri"] == first["uri"]
    assert not list(key.parent.glob("*.new"))


def test_machines_wait_until_a_person_trusts_them(path: Path) -> None:
    waiting = path.parent / "secrets" / "rejected"
    waiting.mkdir(parents=True)
    (waiting / "10.0.0.9-4840.der").write_bytes(pair("press")[0].read_bytes())
    (waiting / "note.txt").write_text("no certificate")
    found = certificate(path, PACKS)
    assert [one["name"] for one in rows(found, "rejected")] == ["press", "?"] and not found["trusted"]
    found = certificate(path, PACKS, trust="10.0.0.9-4840.der")
    assert [one["file"] for one in rows(found, "trusted")] == ["10.0.0.9-4840.der"]
    for name in ("10.0.0.9-4840.der", "../edge.toml", ""):
        if name:
            with pytest.raises(InputError, match=r"edge\.no_such_certificate"):
                certificate(path, PACKS, trust=name)


def rows(found: Mapping[str, object], name: str) -> list[dict[str, Any]]:
    told = found[name]
    assert isinstance(told, list)
    return told


def test_the_command_says_what_to_do_at_the_machine(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waiting = path.parent / "secrets" / "rejected"
    waiting.mkdir(parents=True)
    (waiting / "press.der").write_bytes(pair("press")[0].read_bytes())
    assert main(["edge", "certificate", str(path)]) == 0
    out = capsys.readouterr().out
    assert "已生成新的证书" in out and "SHA-1" in out and "press.der" in out and "--trust" in out
    assert main(["edge", "certificate", str(path), "--trust", "press.der", "--json"]) == 0
    assert orjson.loads(capsys.readouterr().out)["trusted"][0]["file"] == "press.der"


def test_status_says_each_fault_as_a_sentence_with_its_remedy(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = "LineFault: line.not_trusted_there: jiqun-edge · SHA-1 AB12 · BadCertificateUntrusted"
    status = {
        "site": "spring", "running": True, "lag_s": 1.0, "buffer": {"rows": 3}, "counts": {}, "gaps": [],
        "gate": {"counts": {}, "last_fault": "HTTP 401 intake.unknown_token"},
        "orders": {"on": True, "last_fault": "SSLCertVerificationError: certificate has expired"},
        "connectors": [
            {"name": "press", "kind": "opcua", "state": "down", "points": 1, "last_fault": fault},
            {"name": "oven", "kind": "modbus", "state": "up", "points": 1, "last_fault": "an old one"},
        ],
    }  # fmt: skip
    path.with_name("edge.status.json").write_bytes(orjson.dumps(status))
    assert verbs.run_status(Namespace(config=path, json=False)) == 0
    lines = {line.partition(":")[0]: line for line in capsys.readouterr().out.splitlines() if ": " in line}
    assert "对方还不信任边缘盒的证书 [jiqun-edge · SHA-1 AB12 · Bad" in lines["press"] and "oven" not in lines
    assert "令牌" in lines["gate"] and "证书已过期" in lines["orders"]


@pytest.mark.parametrize(
    ("gate", "told"),
    [
        ("https://box:s3cret@gate:8001/api/readings", False),
        ("mqtts://box:s3cret@gate", False),
        ("mqtts://gate:8883", True),
    ],
)
def test_a_gate_s_address_holds_no_password(path: Path, gate: str, told: bool) -> None:
    text = TEXT.format(gate=gate).replace(
        "[orders]", 'certificate_file = "secrets/a.pem"\nca_file = "secrets/ca.pem"\n[orders]'
    )
    path.write_text(text, encoding="utf-8")
    if told:
        found = read_config(path, packs=PACKS).gate
        assert found.certificate_file == found.key_file == path.parent / "secrets" / "a.pem"
        return
    with pytest.raises(JiqunError) as said:
        read_config(path, packs=PACKS)
    assert "s3cret" not in str([one.seen for one in said.value.errors])  # type: ignore[attr-defined]


def test_connectors_of_the_file_are_held_to_their_choices_and_their_secrets(path: Path) -> None:
    (path.parent / "p.csv").write_text("key,address,unit,kind\nt,i=1,摄氏度,measurement\n", encoding="utf-8")
    line = '[[connector]]\nname = "press"\nkind = "opcua"\npoints = "p.csv"\naddress = "{address}"\n'
    line += 'security = "{security}"\n'

    def read(security: str, address: str = "opc.tcp://10.0.0.9:4840/") -> Any:
        path.write_text(
            TEXT.format(gate="http://g/a") + line.format(address=address, security=security), encoding="utf-8"
        )
        return read_config(path, packs=PACKS).connectors[0].options

    made = read("Aes256_Sha256_RsaPss-Sign")
    assert made["certificate_file"] == path.parent / "secrets" / "opcua.der" and made["user_key_file"] == ""
    assert made["trusted"] == path.parent / "secrets" / "trusted" and read("")["security"] == ""
    for security, address in (
        ("Basic256-Sign", "opc.tcp://10.0.0.9:4840/"),
        ("", "opc.tcp://op:s3cret@10.0.0.9:4840/"),
    ):
        with pytest.raises(JiqunError) as said:
            read(security, address)
        assert "s3cret" not in str([one.seen for one in said.value.errors])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (
            "SSLCertVerificationError: certificate verify failed: certificate has expired (_ssl.c:1006)",
            "server_expired",
        ),
        ("SSLCertVerificationError: certificate verify failed: certificate is not yet valid", "clocks"),
        (
            "certificate verify failed: IP address mismatch, certificate is not valid for '10.0.0.9'",
            "name_mismatch",
        ),
        ("certificate verify failed: self-signed certificate in certificate chain", "server_unknown"),
        ("failed to receive on socket: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED]", "needs_certificate"),
        ("[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca", "not_trusted_there"),
        ("[SSL: SSLV3_ALERT_CERTIFICATE_EXPIRED] sslv3 alert certificate expired", "own_expired"),
        ("SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number", "no_tls"),
        ("BadCertificateUriInvalid: x", "own_refused"),
        ("BadUserAccessDenied: x", "wrong_login"),
        ("FileNotFoundError: [Errno 2] No such file or directory: '/x/certificate/ca.pem'", "no_file"),
        ("ConnectionError: publication refused by the broker: Not authorized", "topic_refused"),
        ("LineFault: line.policy_not_offered: certificate expired", "policy_not_offered"),
        ("line.unheard_of: connection refused", "refused"),
    ],
)
def test_what_a_line_said_becomes_its_word(said: str, word: str) -> None:
    assert fault_of(said) == word


def test_what_is_lost_with_a_connection_is_read_from_when_it_broke() -> None:
    assert fault_of(hung_up("Connection reset by peer", certificate=True)) == "not_trusted_there"
    assert (
        fault_of(hung_up("the broker closed the connection: Unspecified error", certificate=False))
        == "needs_certificate"
    )
    assert hung_up("certificate has expired", certificate=True) == "certificate has expired", (
        "a reason that came stays"
    )
    assert fault_of(broker_refusal("Not authorized", login=True)) == "wrong_login"
    assert fault_of(broker_refusal("Not authorized", login=False)) == "needs_login"
    assert broker_refusal("Server busy", login=True) == "refused by the broker: Server busy"


def test_a_gate_s_code_is_read_and_a_password_in_an_address_is_not_shown() -> None:
    assert error_code(b'{"error": {"code": "intake.unknown_token", "seen": "x"}}') == "intake.unknown_token"
    assert error_code(b"<html>Bad gateway") == "" and error_code(b'{"code":"<script>.x"}') == ""
    assert shown("opc.tcp://op:s3cret@10.0.0.9:4840/a@b") == "opc.tcp://…@10.0.0.9:4840/a@b"
    assert shown("10.0.0.9:502") == "10.0.0.9:502" and "s3cret" not in shown("op:s3cret@10.0.0.9:502")
