"""`shop loadtest`: whom it loads, what its visitors do, where it orders."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from click.testing import CliRunner

from shop.cli import main
from shop.cli.loadtest.plan import SHARES
from tests.postgresql import free_port, wait_until
from tests.serving import serving
from tests.shop.cli.test_serve_faults import status

needs_locust = pytest.mark.skipif(find_spec("locust") is None, reason="needs the dependency group bench")
SHOP = str(Path(sys.executable).with_name("shop"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://192.0.2.1:8000"], "http://192.0.2.1:8000 is not on this machine; --yes"),
        (["http://0.0.0.0:8000"], "is not on this machine"),
        (["ftp://127.0.0.1"], "not of the form http://HOST:PORT"),
        (["127.0.0.1:8000"], "not of the form http://HOST:PORT"),
        (["http://127.0.0.1:8000/nl/"], "not of the form http://HOST:PORT"),
        (["http://127.0.0.1:80000"], "Port out of range"),
        (["http://127.0.0.1:8000", "--share", "theft=3"], "--share theft=3: a kind (read, browse,"),
        (["http://127.0.0.1:8000", "--share", "order=-1"], "--share order=-1"),
        (["http://127.0.0.1:8000", *(f"--share={kind}=0" for kind in SHARES)],
         "some kind must have more than 0"),
        (["http://127.0.0.1:9"], "http://127.0.0.1:9: no shop that is ready ("),
    ],
)  # fmt: skip
def test_no_visit_is_sent_elsewhere_or_by_a_plan_that_makes_no_sense(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.cli.loadtest.command.find_spec", lambda _name: True)
    monkeypatch.setattr("shop.cli.loadtest.command._driver", lambda: pytest.fail("it was about to send"))
    result = CliRunner().invoke(main, ["loadtest", *arguments])
    assert result.exit_code == 1
    assert said in result.output


@contextmanager
def served(instance: Path, **settings: str) -> Iterator[int]:
    port = free_port()
    with subprocess.Popen(
        [SHOP, "serve", "--port", str(port), "--workers", "1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"SHOP_INSTANCE": str(instance)} | settings,
    ) as process:  # fmt: skip
        wait_until(lambda: _is_up(port), "the first page", 60)
        yield port
        process.terminate()


def _is_up(port: int) -> bool:
    try:
        return status(port) == 200
    except OSError:
        return False


@needs_locust
def test_every_kind_of_visit_comes_to_its_end_and_what_was_ordered_is_paid(
    sample_instance: Path, tmp_path: Path
) -> None:
    file = tmp_path / "figures.json"
    with served(sample_instance, SHOP_PAYMENTS="trial", SHOP_PROXIES="1") as port:
        address = f"http://localhost:{port}"
        plan = ["--visits", "14400", "--seconds", "8", "--pause", "0", "--share", "order=40", "--limit", "60000"]
        result = CliRunner().invoke(main, ["loadtest", address, *plan, "--json", str(file)])
    assert result.exit_code == 0, result.output
    (figures,) = msgspec.json.decode(file.read_bytes())
    assert figures["faults"] == []
    assert {reason for reason, _count in figures["left"]} <= {
        f"{kind}: no product on a page that leads to one" for kind in SHARES
    }, result.output
    asked = {
        "guide",
        "listing",
        "filter",
        "search",
        "finder",
        "advice",
        "product",
        "basket",
        "checkout",
        "summary",
        "order",
        "pay",
    }
    assert asked <= figures["by_kind"].keys()
    assert figures["orders_an_hour"] > 0
    assert "Afterwards the shop is ready; outbox: " in result.output
    assert f"{figures['orders_an_hour']:,.0f} paid orders an hour" in result.output


class RealShop(BaseHTTPRequestHandler):
    """A shop whose checkout does not say that it is a trial."""

    sent: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.sent.append(self.path)
        self._answer()

    def _answer(self) -> None:
        page = b'<html><main><form><button name="add" value="1">Bestel</button></form></main></html>'
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@needs_locust
def test_nothing_is_ordered_where_the_checkout_does_not_say_that_it_is_a_trial() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), RealShop)
    with serving(server):
        only_orders = [f"--share={kind}=0" for kind in SHARES if kind != "order"]
        address = f"http://127.0.0.1:{server.server_port}"
        result = CliRunner().invoke(
            main, ["loadtest", address, "--visits=36000", "--seconds=2", "--pause=0", *only_orders]
        )
    assert result.exit_code == 0, result.output
    assert "checkout: no trial (SHOP_PAYMENTS=trial), so nothing is ordered" in result.output
    assert set(RealShop.sent) == {"/nl/winkelmand", "/en/basket"}
