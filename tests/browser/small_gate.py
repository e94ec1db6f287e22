"""A small gate for the story of connecting: tokens judged, the box's talk by its real routes, batches into the lake.

`python small_gate.py SITE SUBJECT_OF_ACCOUNT` with JIQUN_HOME set; prints one line of JSON (port, token) when it is open.
"""

# ruff: noqa: E402 - Django is set up before what needs it is imported
import json
import os
import sys
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiqun.settings")

import django

django.setup()

from reading_files import write_readings

from jiqun.actions.desk import ZONE, desk
from jiqun.factory.readings.contract import decode
from jiqun.intake.box_routes import answer, is_ours
from jiqun.ledger import accounts, factories, factory_tokens
from jiqun.ledger.factories import Factory

QUALITY = {"good": 0, "uncertain": 1, "bad": 2}
TURN = threading.Lock()


def entered(site: str, account: str) -> str:
    """The factory of an account's enterprise and a token for its box."""
    now = datetime.now(ZONE)
    held = accounts.find(account)
    scope = next(one.scope for one in accounts.actor_of(held.id).grants if one.scope.kind == "enterprise")  # type: ignore[union-attr]
    factories.make(Factory(site, "接入试验厂", scope.key, "", synthetic=True), by="test", at=now)
    return factory_tokens.issue(site, "box", by="test", at=now)[1]


def taken(site: str, request: dict[str, Any]) -> dict[str, Any]:
    """Batches written into the lake."""
    now = round(datetime.now(ZONE).timestamp() * 1e6)
    rows = []
    for place, batch in enumerate(request["batches"]):
        columns = batch["readings"]
        for point, read_us, value, quality in zip(
            *(columns[name] for name in ("point", "read_us", "value", "quality")), strict=True
        ):
            rows.append((site, batch["points"][point]["key"], read_us, value, QUALITY[quality], now + place))
    with TURN:
        write_readings(desk().lake, rows)
    return {"acknowledged": [one["id"] for one in request["batches"]], "refused": []}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        now = datetime.now(ZONE)
        token = factory_tokens.find(self.headers.get("Authorization", "").removeprefix("Bearer "), at=now)
        if token is None:
            status, told = 401, {"error": "token"}
        elif is_ours(self.path):
            with TURN:
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, told = answer("POST", self.path, headers, body, site=token.factory, at=now)  # type: ignore[assignment]
        else:
            status, told = 200, taken(token.factory, decode(body))
        sent = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    told_token = entered(sys.argv[1], sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(json.dumps({"port": server.server_address[1], "token": told_token}), flush=True)
    server.serve_forever()
