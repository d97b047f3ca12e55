"""The sample catalogue under invented brands, so that a new shop has something to show."""

from decimal import Decimal
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.composition import Stated
from catalog.edits import ProductFields, add_product
from catalog.models import Brand, Product, Status
from recommend.knowledge import Ruleset

SAMPLE = Path(__file__).parent / "data" / "sample.yaml"
UG_PER_MG = 1000


class SampleBrand(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    address: str


class SampleComponent(Struct, frozen=True, forbid_unknown_fields=True):
    """Milligrams per unit, as decimal strings."""

    form: str
    salt: str | None = None
    compound_mg: Decimal | None = None
    elemental_mg: Decimal | None = None

    def stated(self) -> Stated:
        return Stated(self.form, self.salt, _micrograms(self.compound_mg), _micrograms(self.elemental_mg))


def _micrograms(milligrams: Decimal | None) -> int | None:
    return None if milligrams is None else int(milligrams * UG_PER_MG)


class SampleProduct(ProductFields, frozen=True, kw_only=True):
    brand: str
    components: tuple[SampleComponent, ...]

    def fields(self) -> ProductFields:
        return ProductFields(**{name: getattr(self, name) for name in ProductFields.__struct_fields__})


class SampleCatalogue(Struct, frozen=True, forbid_unknown_fields=True):
    brands: tuple[SampleBrand, ...]
    products: tuple[SampleProduct, ...]


def load_sample(session: Session, ruleset: Ruleset, file: Path = SAMPLE) -> int:
    """Fill an empty catalogue with the published sample; returns how many products came in, 0 if it was not empty.

    Raises msgspec.ValidationError or CompositionError for a faulty file.
    """
    if session.scalar(select(Product.id).limit(1)) is not None:
        return 0
    data = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    catalogue = msgspec.convert(data, SampleCatalogue)
    brands = {brand.name: Brand(name=brand.name, address=brand.address, invented=True) for brand in catalogue.brands}
    for product in catalogue.products:
        add_product(
            session,
            product.fields(),
            brand=brands[product.brand],
            composition=[component.stated() for component in product.components],
            ruleset=ruleset,
            status=Status.PUBLISHED,
        )
    return len(catalogue.products)
