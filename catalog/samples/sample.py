"""The sample catalogue under invented brands, so that a new shop has products to show."""

from decimal import Decimal
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.composition import LabelLine
from catalog.edits.brands import add_brand
from catalog.edits.edit import Author, Edit
from catalog.edits.products import accept_warning
from catalog.edits.store import write
from catalog.edits.validation import Acceptances, validate
from catalog.models import Allergen, DosageForm, How, Product, Status, Unit
from catalog.other_actives import read_other_actives
from catalog.product_state import FIELDS, TEXTS, ProductState
from recommend.chemistry import UG_PER_MG
from recommend.knowledge import Ruleset
from recommend.text import LANGUAGES, Text

SAMPLE = Path(__file__).parent / "sample.yaml"


class SampleBrand(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    address: str


class SampleComponent(Struct, frozen=True, forbid_unknown_fields=True):
    """Milligrams per unit, as decimal strings."""

    form: str
    salt: str | None = None
    compound_mg: Decimal | None = None
    elemental_mg: Decimal | None = None

    def label_line(self) -> LabelLine:
        return LabelLine(self.form, self.salt, _micrograms(self.compound_mg), _micrograms(self.elemental_mg))


def _micrograms(milligrams: Decimal | None) -> int | None:
    return None if milligrams is None else int(milligrams * UG_PER_MG)


class SampleProduct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sku: str
    slug: str
    brand: str
    name: Text
    summary: Text
    ingredients: Text
    directions: Text
    storage: Text
    dosage_form: DosageForm
    unit: Unit
    units_per_pack: int
    units_per_day: int
    net_quantity: int
    vegan: bool | None
    allergens: tuple[Allergen, ...] | None = ()
    """None for a label that does not say."""
    other_actives: str | None = ""
    """In the notation of files; None for a label that does not say."""
    price_cents: int
    stock: int
    components: tuple[SampleComponent, ...]
    high_dose_reason: str = ""
    """For a daily portion above the EU's limit for supplements."""

    def state(self) -> ProductState:
        same = {name: getattr(self, name) for name in FIELDS if hasattr(self, name)}
        same |= {
            "allergens": self.allergens or (),
            "allergens_stated": self.allergens is not None,
            "other_actives": read_other_actives(self.other_actives or ""),
            "other_actives_stated": self.other_actives is not None,
        }
        texts = {
            f"{name}_{language}": getattr(self, name).in_language(language) for name in TEXTS for language in LANGUAGES
        }
        composition = tuple(component.label_line() for component in self.components)
        return ProductState(**same, **texts, status=Status.PUBLISHED, composition=composition)

    def reasons(self, ruleset: Ruleset) -> dict[str, str]:
        """The reason for its daily portion, by finding."""
        if not self.high_dose_reason:
            return {}
        return {validate(self.state(), ruleset).high_dose: self.high_dose_reason}


class SampleCatalogue(Struct, frozen=True, forbid_unknown_fields=True):
    brands: tuple[SampleBrand, ...]
    products: tuple[SampleProduct, ...]


def load_sample(session: Session, ruleset: Ruleset, file: Path = SAMPLE) -> int:
    """Fill an empty catalogue with the published sample; returns the number of products, 0 if it was not empty.

    Raises msgspec.ValidationError or RefusedError for a faulty file.
    """
    if session.scalar(select(Product.id).limit(1)) is not None:
        return 0
    data = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    catalogue = msgspec.convert(data, SampleCatalogue)
    for brand in catalogue.brands:
        add_brand(session, brand.name, brand.address, invented=True)
    author = Author(who="", how=How.SAMPLE)
    reasons = [product.reasons(ruleset) for product in catalogue.products]
    edits = [
        Edit(validate(product.state(), ruleset, Acceptances(accepted)))
        for product, accepted in zip(catalogue.products, reasons, strict=True)
    ]
    for id_, accepted in zip(write(session, edits, author), reasons, strict=True):
        for finding, reason in accepted.items():
            accept_warning(session, id_, finding, reason, author)
    return len(catalogue.products)
