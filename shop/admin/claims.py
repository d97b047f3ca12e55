"""The register of claims in the admin: searched by substance, and held against one product's daily amounts."""

from decimal import Decimal

from flask import render_template, request
from msgspec import Struct

from catalog.composition import worked_out
from catalog.models import Product
from catalog.other_actives import daily_amounts
from catalog.product_state import label_line_of
from recommend.claims import register_words as words
from recommend.claims.register import RegisteredClaim, SubstanceClaims, load_register
from recommend.substances import MAGNESIUM
from shop.admin.blueprint import bp
from shop.admin.permissions import requires
from shop.admin.products.request import load
from shop.web.database import get_ruleset
from shop.web.i18n import current_language

LONGEST_SEARCH = 100


class ProductSubstance(Struct, frozen=True):
    """A substance of the register with the amount in a product's daily portion; None outside a product, and while
    the amount is not known yet.
    """

    entry: SubstanceClaims
    daily_ug: Decimal | None = None

    @property
    def amount(self) -> str:
        """The daily amount in the unit of labels."""
        if self.daily_ug is None or self.entry.substance is None:
            return ""
        return words.amount_words(self.daily_ug, self.entry.substance.unit, current_language())

    def answer(self, claim: RegisteredClaim) -> words.Answer | None:
        """Whether the product may make a claim; None outside a product and for a claim that nobody may make."""
        return None if self.daily_ug is None or not claim.is_usable else words.answer_for(claim, self.daily_ug)


@bp.get("/claims")
@requires("product.view")
def claims() -> str:
    """The register: a search by substance, or all substances."""
    register = load_register(get_ruleset().directory)
    search = " ".join(request.args.get("q", "").replace("\0", "").split())[:LONGEST_SEARCH]
    found = register.find(search) if search else ()
    return render_template(
        "admin/claims/search.html",
        search=search,
        found=[ProductSubstance(entry) for entry in found],
        nearest=register.nearest(search, current_language()) if search and not found else (),
        groups=_groups(list(register.by_id.values())),
        words=words,
    )


def _groups(entries: list[SubstanceClaims]) -> dict[str, list[SubstanceClaims]]:
    """Substances by what the list of the page says of them, each group by name."""
    language = current_language()
    ordered = sorted(entries, key=lambda entry: entry.name.in_language(language).casefold())
    own = [entry for entry in ordered if entry.substance is not None or entry.part_of]
    usable = {key for entry in own if entry.usable for key in (entry.id, entry.part_of)}
    return {
        "with": [entry for entry in own if entry.id in usable],
        "without": [entry for entry in own if entry.id not in usable],
        "foods": [entry for entry in ordered if entry not in own],
    }


@bp.get("/products/<int:product_id>/claims")
@requires("product.view")
def product_claims(product_id: int) -> str:
    """Claims that a product's own daily amounts allow, substance by substance."""
    product = load(product_id)
    return render_template("admin/claims/product.html", product=product, found=_substances_of(product), words=words)


def _substances_of(product: Product) -> list[ProductSubstance]:
    """Magnesium and the declared substances of a product, each with its parts."""
    register = load_register(get_ruleset().directory)
    lines = worked_out(map(label_line_of, product.components), get_ruleset())
    magnesium_ug = Decimal(product.magnesium_per_day_ug) if len(lines) == len(product.components) else None
    amounts = {MAGNESIUM: magnesium_ug or None}
    for amount in daily_amounts(product.other_actives, product.units_per_day, get_ruleset().directory):
        amounts[amount.substance.id] = amount.micrograms or None
    return [ProductSubstance(entry, daily_ug) for key, daily_ug in amounts.items() for entry in register.find(key)]
