"""Cards of the listing, each rendered once for every edition of its product."""

from collections.abc import Sequence

from flask import get_template_attribute
from markupsafe import Markup
from sqlalchemy.orm import Session

from catalog.models import Product
from catalog.search.listing import Edition, editions, listed_products
from shop.web.database import get_ruleset
from shop.web.page_cache import cached_fragment, fragment_key, store_fragment


class Card:
    """A product on the listing. In a template it becomes its card: cached, or rendered from the product."""

    def __init__(self, edition: Edition, cached: Markup | None, product: Product | None) -> None:
        self.edition, self._cached, self._product = edition, cached, product

    @property
    def brand(self) -> Edition:
        """The brand's facts that a page asks for: whether it is invented."""
        return self.edition

    def __html__(self) -> Markup:
        if self._cached is not None:
            return self._cached
        macro = get_template_attribute("partials/card.html", "card")
        return store_fragment(fragment_key("card", self.edition), macro(self._product, get_ruleset(), choice=True))


def cards_by_ids(session: Session, ids: Sequence[int]) -> list[Card]:
    """The cards of the products with these ids, in this order; only products without a cached card are read."""
    found = [(edition, cached_fragment(fragment_key("card", edition))) for edition in editions(session, ids)]
    missing = listed_products(session, [edition.product_id for edition, cached in found if cached is None])
    products = {product.id: product for product in missing}
    return [Card(edition, cached, products.get(edition.product_id)) for edition, cached in found]
