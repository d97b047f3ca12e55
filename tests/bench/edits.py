"""The time of an edit in the admin at each size: `shop dev bench edits [--sizes N,N] [--times N]`.

A publisher opens a product's form, types another price and saves it, through HTTP and with all that follows from it:
history, prices and summaries. Only the saving is timed; the form is opened anew for each.
"""

import argparse
import re
import statistics
import sys
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.db.engine import open_engine
from catalog.models import Account, Role
from tests.bench.shop.serving import Served, catalogue, serving
from tests.factories import PASSWORD, AccountFactory
from tests.shop.admin.products import typed_values

WHO = "bench@winkel.test"


class Publisher:
    """A browser of somebody who is signed in."""

    def __init__(self, address: str) -> None:
        self._connection = HTTPConnection(urlsplit(address).hostname or "", urlsplit(address).port, timeout=120)
        self._cookies: dict[str, str] = {}
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get("/admin/sign-in"))
        assert token
        self.send("/admin/sign-in", {"csrf_token": token[1], "email": WHO, "password": PASSWORD})

    def get(self, path: str) -> str:
        answer, text = self._ask("GET", path)
        assert answer.status == HTTPStatus.OK, f"{path}: {answer.status}"
        return text

    def send(self, path: str, form: Mapping[str, Any], expected: HTTPStatus = HTTPStatus.SEE_OTHER) -> None:
        answer, text = self._ask("POST", path, urlencode(form, doseq=True))
        assert answer.status == expected, f"{path}: {answer.status} {text[:2000]}"

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[HTTPResponse, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, value = cookie.split(";", 1)[0].split("=", 1)
            self._cookies[name] = value
        return answer, text


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench edits", description=__doc__)
    parser.add_argument("--sizes", default="1000,1000000", metavar="N,N")
    parser.add_argument("--times", type=int, default=30)
    asked = parser.parse_args(sys.argv[2:])
    print(f"{'products':>12} {'p50 ms':>8} {'worst ms':>9} {'cpu ms':>8}")
    for size in map(int, asked.sizes.split(",")):
        admit(size)
        with serving(catalogue(size)) as served:
            times, processor = save_prices(served, size, asked.times)
        print(f"{size:12,} {statistics.median(times):8.1f} {max(times):9.1f} {processor:8.1f}")


def admit(size: int) -> None:
    """An account for the benchmark in a catalogue that is kept from run to run."""
    engine = open_engine(f"sqlite:///{catalogue(size) / 'shop.db'}")
    with Session(engine) as session:
        if session.scalar(select(Account.id).where(Account.email == WHO)) is None:
            session.add(AccountFactory.build(email=WHO, role=Role.PUBLISHER))
            session.commit()
    engine.dispose()


def save_prices(served: Served, size: int, number: int) -> tuple[list[float], float]:
    """Milliseconds that each saving took, and those of the processor for one, over products throughout."""
    publisher = Publisher(served.address)
    times: list[float] = []
    processor = 0.0
    for turn in range(-3, number):  # the first ones do not count
        path = f"/admin/products/{size // 4 + (turn + 3) * size // 100}"
        page = cast(TestResponse, SimpleNamespace(text=publisher.get(path)))
        form = typed_values(page) | {"press": "save", "price_cents": f"{20 + int(time.time() * 100) % 1000 / 100:.2f}"}
        before, begun = served.processor_seconds(), time.perf_counter()
        publisher.send(path, form)
        if turn >= 0:
            times.append((time.perf_counter() - begun) * 1000)
            processor += served.processor_seconds() - before
    return times, processor / number * 1000
