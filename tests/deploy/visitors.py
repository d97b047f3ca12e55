"""Visitors of a shop behind its proxy, as one process: they read, order and edit until their input ends.

Run inside a namespace: python -m tests.deploy.visitors ADDRESS CA_FILE EMAIL PASSWORD. Prints a line of JSON for each
request that matters: when, what, whether it was acknowledged, how long it took, its name, the words of a refusal.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import requests
from lxml import etree, html
from requests.adapters import HTTPAdapter

LISTING = "/nl/beste-magnesium-supplementen"
DETAILS = {
    "name": "Jo de Vries", "country": "NL", "postcode": "3511 AB", "house_number": "12",
    "street": "Oudegracht", "town": "Utrecht", "delivery": "home", "method": "online",
}  # fmt: skip
SECONDS = 15
HOMES = [f"10.77.91.{number}" for number in range(101, 201)]
"""Addresses that orders come from: a shop takes so many from one in a quarter of an hour."""
_printing = threading.Lock()


class _From(HTTPAdapter):
    """Connections from one of this machine's addresses."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, source_address=(self._address, 0), **options)


class Visitor:
    """A browser with its cookies, at an address of its own where one is given."""

    def __init__(self, address: str, ca: str, home: str | None = None) -> None:
        self.address, self.ca = address, ca
        self.session = requests.Session()
        if home is not None:
            self.session.mount("https://", _From(home))
        self.session.verify = ca
        self.session.trust_env = False  # neither a proxy nor an authority of whoever rehearses
        self.last: requests.Response | None = None

    def get(self, path: str) -> requests.Response:
        self.last = None
        self.last = self.session.get(self._url(path), timeout=SECONDS)
        return self.last

    def post(self, path: str, **data: Any) -> requests.Response:
        self.last = None
        self.last = self.session.post(self._url(path), data=data, timeout=SECONDS, headers={"Referer": self.address})
        return self.last

    def words(self) -> str:
        """The status and the words of the last answer; empty when there was none."""
        if self.last is None:
            return ""
        main = html.fromstring(self.last.text).xpath("//main") if self.last.text else []
        return f"{self.last.status_code} {' '.join(main[0].text_content().split())[:300] if main else ''}"

    def submit(self, page: requests.Response, step: str | None = None, **values: Any) -> requests.Response:
        """Send the last form of a page that has such a button; the page that follows."""
        tree = html.fromstring(page.text)
        buttons = [one for one in tree.xpath("//main//form//button") if step is None or one.get("value") == step]
        form = next(one for one in buttons[-1].iterancestors("form"))
        sent = {name: value for name, value in form.form_values() if name not in values} | values
        if buttons[-1].get("name"):
            sent[buttons[-1].get("name")] = buttons[-1].get("value")
        return self.post(form.get("action") or page.url, **sent)

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.address + path


def tell(what: str, begun: float, said: str | None, name: str = "") -> None:
    """A line for a request; `said` is what a refusal said, None for what was acknowledged."""
    line = {"at": time.time(), "what": what, "ok": said is None, "seconds": time.time() - begun, "name": name}
    line["said"] = said or ""
    with _printing:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def read(visitor: Visitor, number: int) -> None:
    begun = time.time()
    path = (LISTING, f"{LISTING}?form=citrate", "/nl/", "/nl/gids")[number % 4]
    answer = visitor.get(path)
    tell("read", begun, None if answer.status_code == HTTPStatus.OK else visitor.words())
    time.sleep(0.02)


def order(visitor: Visitor, number: int) -> None:
    """From the listing to a paid order; acknowledged, with the shopper's address, once its page is there."""
    begun, done = time.time(), False
    who = DETAILS | {"email": f"klant{time.time_ns()}@voorbeeld.nl"}  # one person may leave three orders unpaid
    visitor = Visitor(visitor.address, visitor.ca, HOMES[number % len(HOMES)])
    try:
        products = html.fromstring(visitor.get(LISTING).text).xpath("//button[@name='add']/@value")
        visitor.post("/nl/winkelmand", add=products[number % len(products)]).raise_for_status()
        placed = visitor.submit(visitor.submit(visitor.get("/nl/bestellen"), "summary", **who), "order")
        (to_payment,) = html.fromstring(placed.text).xpath("//main//a[contains(@class, 'button')]/@href")
        paid = visitor.submit(visitor.get(to_payment), "paid")
        done = paid.status_code == HTTPStatus.OK and "/bestelling/" in paid.url
    finally:
        tell("order", begun, None if done else visitor.words(), who["email"])
    time.sleep(0.1)


def edit(visitor: Visitor, number: int) -> None:
    """A new brand; acknowledged when the admin shows it."""
    begun, name, done = time.time(), f"Proefmerk {number}-{int(time.time() * 1000)}", False
    try:
        page = visitor.get("/admin/brands/new?lang=nl")
        saved = visitor.submit(page, name=name, address="Straat 1, Utrecht")
        done = saved.status_code == HTTPStatus.OK and not saved.url.endswith("/new") and name in saved.text
    finally:
        tell("edit", begun, None if done else visitor.words(), name)
    time.sleep(0.05)


def sign_in(visitor: Visitor, email: str, password: str) -> None:
    answer = visitor.submit(visitor.get("/admin/sign-in?lang=nl"), email=email, password=password)
    assert answer.status_code == HTTPStatus.OK
    assert "/sign-in" not in answer.url, answer.text


def repeat(act: Callable[[Visitor, int], None], visitor: Visitor, over: threading.Event) -> None:
    number = 0
    while not over.is_set():
        try:
            act(visitor, number)
        except (requests.RequestException, etree.ParserError, LookupError, ValueError, StopIteration) as error:
            sys.stderr.write(f"{act.__name__}: {type(error).__name__} {str(error)[:700]}\n")
            time.sleep(0.05)  # no answer, or another page: the next try is another visit
        number += 1


def main(address: str, ca: str, email: str, password: str) -> None:
    over = threading.Event()
    editor = Visitor(address, ca)
    sign_in(editor, email, password)
    acts = [(read, Visitor(address, ca)), (read, Visitor(address, ca)), (order, Visitor(address, ca)), (edit, editor)]
    threads = [threading.Thread(target=repeat, args=(act, visitor, over)) for act, visitor in acts]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
