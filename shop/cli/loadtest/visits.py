"""Visits by what they come for, as a browser without JavaScript walks through the shop's pages and forms."""

import random
import re
import time
from collections.abc import Callable, Mapping
from html import unescape
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_plus, urlencode, urljoin, urlsplit

import gevent
from locust.contrib.fasthttp import FastHttpSession
from lxml import html

from shop.cli.loadtest.plan import Asked, Plan

ADDRESSES = {
    "nl": {
        "home": "/nl/", "guide": "/nl/gids/", "listing": "/nl/beste-magnesium-supplementen", "basket": "/nl/winkelmand",
        "checkout": "/nl/bestellen", "finder": "/nl/keuzehulp", "advice": "/nl/keuzehulp/advies",
        "product": "/nl/product/",
    },
    "en": {
        "home": "/en/", "guide": "/en/guide/", "listing": "/en/best-magnesium-supplements", "basket": "/en/basket",
        "checkout": "/en/checkout", "finder": "/en/finder", "advice": "/en/finder/advice", "product": "/en/product/",
    },
}  # fmt: skip
LANGUAGES = {"nl": 4, "en": 1}
FORMS = ("bisglycinate", "citrate", "malate", "oxide", "taurate", "threonate", "carbonate", "chloride")
"""From the one that is asked for most; the nth is asked for 1/n times as often."""
SECOND = "page=2"
FILTERS = ("sort=price_per_100mg", "vegan=true", "dosage_form=capsule", "dosage_form=powder", "without=milk", SECOND)
WORDS = ("citraat", "bisglicinaat", "poeder", "capsules vegan", "basis", "zonder melk", "malaat 100", "tabletten")
ANSWERS: Mapping[str, str] = {
    "age_group": "18_64", "health": "none", "agreement": "y", "supplement": "none", "goal": "top_up_diet",
    "gut": "none", "stomach": "none", "bowel": "normal", "budget": "medium", "absorption": "normal",
    "dosage_form": "any", "sex": "unspecified",
}  # fmt: skip
"""Answers of a healthy adult, by the name of the field."""
DETAILS = {
    "name": "Jo de Vries", "country": "NL", "postcode": "3511 AB", "house_number": "12", "street": "Oudegracht",
    "town": "Utrecht", "delivery": "home", "method": "online",
}  # fmt: skip
MOST_FINDER_PAGES = 8
LONG_SECONDS = 1
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
"""Networks for examples (RFC 5737); a shop behind a proxy limits the orders of an address, so each visit has one."""
TRIAL = b'class="notice trial"'
"""The mark of every page of a checkout that moves no money."""
_FILES = re.compile(rb'<(?:link rel="stylesheet" href|script[^>]* src)="([^"]+)"')
_ADD = re.compile(rb'name="add" value="(\d+)"')
_SECONDS = 60


class Left(Exception):  # noqa: N818 - a visitor's decision
    """Raised when a visit cannot go on: the answer was wrong, or there is nothing to buy."""


class Browser:
    """One visitor with cookies and an empty cache, at an address of its own."""

    def __init__(self, plan: Plan, chance: random.Random, tell: Callable[[Asked], None], begun: float) -> None:
        self.chance, self.addresses = chance, ADDRESSES[_one_of(chance, LANGUAGES)]
        self._plan, self._tell, self._begun = plan, tell, begun
        self._has_files = False
        self._session = FastHttpSession(
            plan.address, _Silent(), None, network_timeout=_SECONDS, connection_timeout=_SECONDS
        )
        home = f"{chance.choice(NETWORKS)}.{chance.randrange(1, 255)}"
        self._headers = {
            "Referer": plan.address,
            "X-Forwarded-For": home,
            "X-Forwarded-Host": urlsplit(plan.address).netloc,
        }

    def get(self, kind: str, path: str) -> bytes:
        """A page, and with the first one the files that it needs."""
        page = self._ask(kind, "GET", path)[1]
        if not self._has_files:
            self._has_files = True
            for file in dict.fromkeys(_FILES.findall(page)):
                self._ask("file", "GET", unescape(file.decode()))
        return page

    def post(self, kind: str, path: str, values: Any) -> tuple[str, bytes]:
        """Send a form; the address and the page that follow."""
        return self._ask(kind, "POST", path, urlencode(values))

    def submit(
        self, kind: str, page: tuple[str, bytes], values: Mapping[str, str], button: tuple[str, str] | None = None
    ) -> tuple[str, bytes]:
        """Send the last form of a page that has such a button, filled in; the page is given with its address."""
        found = [one for one in html.fromstring(page[1]).xpath("//main//form//button") if _is(one, button)]
        if not found:
            raise Left(f"{kind}: no such form")
        form = next(found[-1].iterancestors("form"))
        sent = [(name, value) for name, value in form.form_values() if name not in values] + list(values.items())
        if found[-1].get("name"):
            sent.append((found[-1].get("name"), found[-1].get("value")))
        return self.post(kind, form.get("action") or page[0], sent)

    def pause(self) -> None:
        gevent.sleep(self.chance.expovariate(1 / self._plan.pause) if self._plan.pause else 0)

    def close(self) -> None:
        self._session.client.close()

    def _ask(self, kind: str, method: str, path: str, body: str | None = None) -> tuple[str, bytes]:
        """Where an answer came from and what it was. Raises Left for another answer than a page."""
        headers = self._headers | ({"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {})
        begun = time.perf_counter()
        try:
            answer = self._session.request(method, urljoin(self._plan.address, path), data=body, headers=headers)
        except gevent.GreenletExit:  # the step is over; a long wait counts as far as it came
            if (waited := time.perf_counter() - begun) > LONG_SECONDS:
                self._tell(Asked(kind, begun - self._begun, waited))
            raise
        seconds, content = time.perf_counter() - begun, answer.content or b""
        fault = ""
        if answer.status_code != HTTPStatus.OK:
            fault = f"{method} {path}: " + (f"{answer.status_code}" if answer.status_code else "no answer")
        elif kind != "file" and b"</html>" not in content:
            fault = f"{method} {path}: not a whole page"
        self._tell(Asked(kind, begun - self._begun, seconds, fault))
        if fault:
            raise Left(fault)
        return str(answer.url), content


class _Silent:
    """Locust's event of a request, which nobody listens to: it rounds to milliseconds."""

    def fire(self, **_request: Any) -> None:
        pass


def _is(button: Any, wanted: tuple[str, str] | None) -> bool:
    return wanted is None or (button.get("name"), button.get("value")) == wanted


def _one_of(chance: random.Random, weights: Mapping[str, float]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _by_rank(chance: random.Random, values: tuple[str, ...]) -> str:
    return _one_of(chance, {value: 1 / rank for rank, value in enumerate(values, 1)})


def read(browser: Browser) -> None:
    """The article of the guide, the listing that it leads to, a product."""
    browser.get("guide", browser.addresses["guide"])
    browser.pause()
    _product(browser, browser.get("listing", browser.addresses["listing"]))


def browse(browser: Browser) -> None:
    """The listing, a form, further filters or the second page, two products."""
    listing, chosen = browser.addresses["listing"], [f"form={_by_rank(browser.chance, FORMS)}"]
    browser.get("listing", listing)
    browser.pause()
    page = browser.get("filter", f"{listing}?{chosen[0]}")
    for _ in range(browser.chance.randrange(3)):
        further = _by_rank(browser.chance, FILTERS)
        if further in chosen or (further == SECOND and SECOND.encode() not in page):
            continue
        chosen = [*(one for one in chosen if one != SECOND), further]
        browser.pause()
        page = browser.get("filter", f"{listing}?{'&'.join(chosen)}")
    for _ in range(2):
        _product(browser, page)


def search(browser: Browser) -> None:
    """Words typed, and a product that they find."""
    browser.get("home", browser.addresses["home"])
    browser.pause()
    words = quote_plus(_by_rank(browser.chance, WORDS))
    _product(browser, browser.get("search", f"{browser.addresses['listing']}?q={words}"))


def advice(browser: Browser) -> None:
    """The questionnaire, its advice, a product of it."""
    at = browser.addresses["finder"]
    page = at, browser.get("finder", at)
    for _ in range(MOST_FINDER_PAGES):
        browser.pause()
        answers = {name: value for name, value in ANSWERS.items() if f'name="{name}"'.encode() in page[1]}
        if not answers:
            break
        page = browser.submit("finder", page, answers)
    _product(browser, browser.get("advice", browser.addresses["advice"]))


def basket(browser: Browser) -> None:
    """Something put into the basket."""
    page = browser.get("filter", f"{browser.addresses['listing']}?form={_by_rank(browser.chance, FORMS)}")
    offered = _ADD.findall(page)
    if not offered:
        raise Left("listing: nothing to add")
    browser.pause()
    browser.post("basket", browser.addresses["basket"], {"add": browser.chance.choice(offered).decode()})
    browser.pause()


def order(browser: Browser) -> None:
    """From a basket to a paid order, on trial alone."""
    basket(browser)
    at = browser.addresses["checkout"]
    page = browser.get("checkout", at)
    if TRIAL not in page:
        raise Left("checkout: no trial (SHOP_PAYMENTS=trial), so nothing is ordered")
    browser.pause()
    who = DETAILS | {"email": f"load{browser.chance.getrandbits(48):x}@loadtest.example"}
    summary = browser.submit("summary", (at, page), who, ("step", "summary"))
    browser.pause()
    _at, placed = browser.submit("order", summary, {}, ("step", "order"))
    ways = html.fromstring(placed).xpath("//main//a[contains(@class, 'button')]/@href")
    if TRIAL not in placed or not ways:
        raise Left("order: refused")
    browser.pause()
    way = str(ways[0])
    at, _page = browser.submit("pay", (way, browser.get("pay", way)), {})
    if "/proefbetaling/" in at:
        raise Left("pay: refused")


def _product(browser: Browser, page: bytes) -> None:
    links = list(dict.fromkeys(re.findall(rb'href="(' + browser.addresses["product"].encode() + rb'[^"?#]+)', page)))
    if not links:
        raise Left("no product on a page that leads to one")
    browser.pause()
    browser.get("product", browser.chance.choice(links).decode())


VISITS: Mapping[str, Callable[[Browser], None]] = {
    "read": read, "browse": browse, "search": search, "advice": advice, "basket": basket, "order": order,
}  # fmt: skip
