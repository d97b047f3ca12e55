"""What was rendered of a product, its card first, kept for as long as the product stays at its edition."""

import sys
from collections.abc import Hashable, Sequence
from threading import Lock
from typing import Protocol

from cachetools import LRUCache
from flask import Flask, current_app, get_template_attribute
from markupsafe import Markup
from sqlalchemy.orm import Session

from catalog.models import Product
from catalog.queries import Edition, editions, listed_products
from shop.database import get_ruleset
from shop.i18n import current_language
from shop.reductions import today

MOST_BYTES = 8_000_000
"""What the cards and product pages of one worker take together: about 2,000 cards, or 200 pages."""

Key = tuple[Hashable, ...]
"""Of what it shows, in which language, on which day."""


class Cards(Protocol):
    """Where rendered cards are kept, and other parts of pages."""

    def get(self, key: Key) -> Markup | None: ...

    def keep(self, key: Key, card: Markup) -> None: ...


class KeptCards:
    """The cards used last; safe between threads. Their rules are those of the process."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._cards: LRUCache[Key, Markup] = LRUCache(most_bytes, getsizeof=sys.getsizeof)
        self._lock = Lock()

    def get(self, key: Key) -> Markup | None:
        with self._lock:
            return self._cards.get(key)

    def keep(self, key: Key, card: Markup) -> None:
        with self._lock:
            if sys.getsizeof(card) <= self._cards.maxsize:
                self._cards[key] = card


class Card:
    """A product on the listing. In a template it becomes its card: the kept one, or one rendered from the product."""

    def __init__(self, edition: Edition, kept: Markup | None, product: Product | None, cards: Cards) -> None:
        self.edition, self._kept, self._product, self._cards = edition, kept, product, cards

    @property
    def brand(self) -> Edition:
        """What of the brand a page asks: whether it is invented."""
        return self.edition

    def __html__(self) -> Markup:
        if self._kept is not None:
            return self._kept
        macro = get_template_attribute("partials/card.html", "card")
        card: Markup = macro(self._product, get_ruleset(), choice=True)
        self._cards.keep((self.edition, current_language(), today()), card)
        return card


def keep_cards(app: Flask) -> None:
    app.extensions["cards"] = KeptCards()


def cards_of(session: Session, ids: Sequence[int]) -> list[Card]:
    """The cards of the products with these ids, in this order; products are read only where no card is kept."""
    cards: Cards = current_app.extensions["cards"]
    language, day = current_language(), today()
    found = [(edition, cards.get((edition, language, day))) for edition in editions(session, ids)]
    missing = listed_products(session, [edition.product_id for edition, kept in found if kept is None])
    products = {product.id: product for product in missing}
    return [Card(edition, kept, products.get(edition.product_id), cards) for edition, kept in found]
