"""Cards of the listing, each rendered once for every edition of its product."""

from collections.abc import Collection, Sequence

from flask import get_template_attribute
from sqlalchemy.orm import Session

from catalog.models import Product
from catalog.search.listing import Edition, editions, editions_of, listed_products
from shop.web.database import get_ruleset
from shop.web.page_cache import Key, cached_fragments, fragment_keys, store_fragment


class Card:
    """A product on the listing: its list item is cached, or rendered from the product.

    It is the same for everybody but for its tick; a page puts what depends on the visitor beside it.
    """

    def __init__(
        self, edition: Edition, key: Key, cached: bytes | None, product: Product | None, *, ticked: bool
    ) -> None:
        self.edition, self._key, self._cached, self.product, self._ticked = edition, key, cached, product, ticked

    @property
    def brand(self) -> Edition:
        """The brand's facts that a page asks for: whether it is invented."""
        return self.edition

    def html(self) -> bytes:
        """The list item in UTF-8, but for its end: a page adds what it says to its visitor."""
        if self._cached is not None:
            return self._cached
        write = get_template_attribute("partials/card.html", "listed_card")
        written: str = write(self.product, get_ruleset(), ticked=self._ticked)
        return store_fragment(self._key, written.encode())


def cards_by_ids(
    session: Session, ids: Sequence[int], ticked: Collection[str] = (), *, read_all: bool = False
) -> list[Card]:
    """The cards of the products with these ids, in this order; only products without a cached card are read.

    With `read_all` every product is read, for a page that judges them for its visitor, and the editions follow from
    them without another query.
    """
    if read_all:
        products = {product.id: product for product in listed_products(session, ids)}
        shown = [*editions_of(session, (products[id_] for id_ in ids)).values()]
    else:
        products, shown = {}, editions(session, ids)
    keys = fragment_keys("card", ((edition, edition.slug in ticked) for edition in shown))
    found = list(zip(shown, keys, cached_fragments(keys), strict=True))
    if not read_all:
        missing = [edition.product_id for edition, _, cached in found if cached is None]
        products = {product.id: product for product in listed_products(session, missing)}
    return [
        Card(edition, key, cached, products.get(edition.product_id), ticked=edition.slug in ticked)
        for edition, key, cached in found
    ]


def ticked_elsewhere(ticked: Sequence[str], cards: Sequence[Card]) -> list[str]:
    """Slugs of ticked products that are not on this page."""
    here = {card.edition.slug for card in cards}
    return [slug for slug in ticked if slug not in here]
