"""Things measured: jobs for the load driver, and the pages of the shop by name."""

from typing import Any

from msgspec import Struct, field

from catalog.search.listing import PAGE_SIZE
from tests.bench.shop.app import CAPTURE
from tests.shop.visitor import FINDER, HEALTHY


class Step(Struct, frozen=True):
    """A page to ask for, with how many cards it must show, or a form to send."""

    path: str
    cards: int | None = None
    form: dict[str, Any] | None = None


class Job(Struct, frozen=True):
    """Steps that visitors take over and over for some seconds, after the first ones, which do not count."""

    host: str
    steps: tuple[Step, ...]
    first: tuple[Step, ...] = ()
    visitors: int = 2
    seconds: float = 1.0
    headers: dict[str, str] = field(default_factory=dict)


class Outcome(Struct, frozen=True):
    """Seconds that each round of the steps took, what was wrong, and how long all of it took (clock, processor)."""

    times: list[float]
    faults: list[str]
    seconds: float
    busy: float


class Work(Struct, frozen=True):
    """A row of the table. `template` is what `render` renders of it."""

    name: str
    steps: tuple[Step, ...]
    first: tuple[Step, ...] = ()
    template: str | None = None


LISTING = "/nl/beste-magnesium-supplementen"
ONE_FORM = f"{LISTING}?form=citrate&sort=price_per_100mg"
_FINDER = FINDER["nl"]

NULL = Work("null", (Step("/bench/null"),))
BARE = Work("bare", (Step("/bench/bare"),))
ONE_FACET = Work("one form, by price per 100 mg", (Step(ONE_FORM, PAGE_SIZE),), template="listing/listing.html")
LAST_PAGE = Work("the same, page 100", (Step(f"{ONE_FORM}&page=100", PAGE_SIZE),))
WHOLE = Work("all products, our order", (Step(LISTING, PAGE_SIZE),))
THREE_FACETS = Work(
    "three facets, by price per 100 mg",
    (Step(f"{LISTING}?form=citrate&dosage_form=capsule&vegan=yes&sort=price_per_100mg", PAGE_SIZE),),
)
SEARCH = Work("search for a word in one of eight products", (Step(f"{LISTING}?q=basis", PAGE_SIZE),))
KEPT = Work("one form, the page kept", ONE_FACET.steps)
ADVICE = Work(
    "answers sent, then the advice",
    (Step(_FINDER["wishes"], form=HEALTHY["wishes"]), Step(_FINDER["advice"])),
    first=(Step(_FINDER["start"], form=HEALTHY["start"]), Step(_FINDER["intake"], form=HEALTHY["intake"])),
    template="finder/advice.html",
)


def product_page(slug: str) -> Work:
    return Work("product page", (Step(f"/nl/product/{slug}"),), template="product/page.html")


def rendered(work: Work) -> Work:
    return Work(f"render: {work.template}", (Step(f"/bench/render/{work.template}"),))


CAPTURING = {CAPTURE: "1"}
