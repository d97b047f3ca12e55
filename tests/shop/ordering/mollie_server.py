"""Stand-in of Mollie's Payments API on this machine, behind its real client: it answers, or fails, as Mollie does."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.serving import serving

HAL = "application/hal+json"


@dataclass
class MollieServer:
    """The server's payments and refunds, what it was asked, and how it fails next."""

    address: str = ""
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Ways to fail, one for each next request: hang, drop, html502, 503, 429, 422, lost (done, but never answered)."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, payment_id: str, status: str, **more: Any) -> None:
        """Give a payment another status."""
        self.payments[payment_id] |= {"status": status, **more}

    def only_payment(self) -> str:
        (payment_id,) = self.payments
        return payment_id


class _Handler(BaseHTTPRequestHandler):
    server_version = "stand-in"

    def log_message(self, *_args: object) -> None:
        pass

    @property
    def state(self) -> MollieServer:
        found: MollieServer = self.server.state  # type: ignore[attr-defined] # a server of ours has it
        return found

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(json.loads(self.rfile.read(length) or b"{}"))

    def _answer(self, body: dict[str, Any]) -> None:
        state = self.state
        with state.lock:
            state.asked.append((self.command, self.path, body))
            failure = state.failures.pop(0) if state.failures else ""
            if failure in ("", "lost"):
                status, answer = self._do(body)
        if failure == "hang":
            time.sleep(4)
            return
        if failure in ("drop", "lost"):
            self.close_connection = True
            self.connection.close()
            return
        if failure == "html502":
            self._send(502, b"<html>Bad gateway</html>", "text/html")
            return
        if failure:
            status, answer = int(failure), _error(int(failure))
        self._send(status, json.dumps(answer).encode(), HAL)

    def _do(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        state, parts = self.state, self.path.split("?")[0].strip("/").split("/")
        key = self.headers.get("Idempotency-Key", "")
        if self.command == "POST" and parts == ["v2", "payments"]:
            if key not in state.by_key:
                made = self._new_payment(body)
                state.by_key[key] = made["id"]
            return 201, state.payments[state.by_key[key]]
        found = state.payments.get(parts[2]) if len(parts) > 2 else None
        if found is None:
            return 404, _error(404)
        if self.command == "POST":
            if key not in state.by_key:
                refund = _refund(body, found["id"])
                state.refunds[refund["id"]] = refund
                state.by_key[key] = refund["id"]
            return 201, state.refunds[state.by_key[key]]
        if len(parts) > 4:
            known = state.refunds.get(parts[4])
            return (200, known) if known else (404, _error(404))
        return 200, found

    def _new_payment(self, body: dict[str, Any]) -> dict[str, Any]:
        payment_id = f"tr_{secrets.token_hex(5)}"
        made = {
            "resource": "payment",
            "id": payment_id,
            "mode": "test",
            "amount": body["amount"],
            "description": body["description"],
            "sequenceType": "oneoff",
            "profileId": "pfl_test",
            "status": "open",
            "createdAt": "2026-11-28T12:00:00+00:00",
            "expiresAt": "2026-11-28T12:15:00+00:00",
            "redirectUrl": body["redirectUrl"],
            "webhookUrl": body["webhookUrl"],
            "metadata": body.get("metadata"),
            "_links": {
                "self": {"href": f"{self.state.address}/v2/payments/{payment_id}", "type": HAL},
                "checkout": {"href": f"{self.state.address}/checkout/{payment_id}", "type": "text/html"},
                "dashboard": {"href": "https://www.mollie.com/dashboard", "type": "text/html"},
                "documentation": {"href": "https://docs.mollie.com", "type": "text/html"},
            },
        }
        self.state.payments[payment_id] = made
        return made

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _refund(body: dict[str, Any], payment_id: str) -> dict[str, Any]:
    return {
        "resource": "refund",
        "id": f"re_{secrets.token_hex(5)}",
        "mode": "test",
        "amount": body["amount"],
        "description": body.get("description", ""),
        "metadata": None,
        "status": "pending",
        "paymentId": payment_id,
        "createdAt": "2026-11-28T12:00:00+00:00",
        "_links": {
            "self": {"href": "https://api.mollie.com/v2/x", "type": HAL},
            "payment": {"href": "https://api.mollie.com/v2/x", "type": HAL},
            "documentation": {"href": "https://docs.mollie.com", "type": "text/html"},
        },
    }


def _error(status: int) -> dict[str, Any]:
    return {
        "status": status,
        "title": "Error",
        "detail": "klant@voorbeeld.nl is what an error may repeat",
        "_links": {"documentation": {"href": "https://docs.mollie.com", "type": "text/html"}},
    }


@contextmanager
def mollie_server() -> Iterator[MollieServer]:
    """A running stand-in on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    state = MollieServer(address=f"http://127.0.0.1:{server.server_address[1]}")
    server.state = state  # type: ignore[attr-defined] # a server of ours has it
    server.daemon_threads = True
    with serving(server):
        yield state
