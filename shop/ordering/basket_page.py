"""Basket page: its lines and sums, and the cautions for this visitor, which follow from the answers cookie alone."""

from collections.abc import Mapping, Sequence

from flask import get_template_attribute
from markupsafe import Markup
from msgspec import Struct

from catalog.models import Product
from catalog.orders.basket import Basket, BasketLine, make_basket
from catalog.orders.stock import Count, available
from catalog.queries.products import published_products
from catalog.search.listing import editions_of
from recommend.answers import Answers
from recommend.chemistry import UG_PER_MG
from recommend.engine import advise
from recommend.knowledge import Note, Ruleset
from shop.ordering.changes import BasketChange
from shop.product.page import PersonalNotes, notes_for, personal_notes
from shop.web.database import get_ruleset, get_session
from shop.web.page_cache import cached_fragments, fragment_keys, store_fragment
from shop.web.services import services, today


def available_basket(quantities: Mapping[int, int]) -> Basket:
    """The basket with the packs that are left at this moment."""
    products = published_products(get_session(), quantities)
    left = available(services().orders, [Count.of(product) for product in products.values()])
    return make_basket(products, quantities, left, get_ruleset())


class BasketPage(Struct, frozen=True):
    """A basket with the notes that hold for everybody and those for this visitor's answers."""

    basket: Basket
    notes: Sequence[Note]
    personal: Sequence[tuple[Product, PersonalNotes]] = ()
    already_taken_mg: int = 0
    """Magnesium a day that the visitor answered to take already."""

    @property
    def per_day_ug(self) -> int:
        """Elemental magnesium a day: of the basket, and what the visitor already takes."""
        return self.basket.magnesium_per_day_ug + self.already_taken_mg * UG_PER_MG

    @property
    def above_limit_ug(self) -> int:
        limit = self.basket.ruleset.manifest.dose.upper_limit_mg * UG_PER_MG
        return max(0, self.per_day_ug - limit)


def basket_page(basket: Basket, ruleset: Ruleset, answers: Answers | None) -> BasketPage:
    """The page of a basket; without answers only the notes for everybody."""
    notes = list(dict.fromkeys(note for product in basket.products for note in notes_for(product, ruleset)))
    if answers is None:
        return BasketPage(basket, notes)
    found = [(product, personal_notes(product, answers, ruleset)) for product in basket.products]
    personal = [note for _product, own in found for _form, of_form in own.not_for for note in of_form]
    return BasketPage(
        basket,
        [note for note in notes if note not in personal],
        personal=[(product, own) for product, own in found if own],
        already_taken_mg=advise(answers, ruleset).dose.already_taken_mg,
    )


class WrittenLine(Struct, frozen=True):
    """A line as its page shows it, in two parts: what the page says to its visitor comes between them."""

    line: BasketLine
    about: Markup
    amounts: Markup
    name: Markup
    """The name of the product in a sentence."""


def written_lines(basket: Basket, change: BasketChange | None) -> list[WrittenLine]:
    """The lines as the page shows them; each is kept by its product's edition and packs, unless a change is refused."""
    lines = basket.lines
    if change is not None:
        return [WrittenLine(line, *_written(line, change)) for line in lines]
    shown = zip(editions_of(get_session(), basket.products).values(), lines, strict=True)
    keys = fragment_keys(
        "basket line", ((edition, one.quantity, min(one.left, one.quantity)) for edition, one in shown)
    )
    return [
        WrittenLine(line, *(cached or store_fragment(key, _written(line))))
        for line, key, cached in zip(lines, keys, cached_fragments(keys), strict=True)
    ]


def _written(line: BasketLine, change: BasketChange | None = None) -> tuple[Markup, Markup, Markup]:
    id_ = line.product.id
    about, amounts, name = (
        get_template_attribute("ordering/basket_line.html", part) for part in ("about", "amounts", "name")
    )
    as_typed = (change.typed.get(id_), change.errors.get(id_)) if change else ()
    return about(line, get_ruleset(), today()), amounts(line, *as_typed), name(line.product)
