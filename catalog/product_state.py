"""ProductState: all fields that a person enters about a product, as forms edit, files carry and history stores them."""

from collections.abc import Sequence
from operator import attrgetter

import msgspec
from msgspec import Struct

from catalog.composition import LabelLine
from catalog.models import Allergen, Component, DosageForm, OtherActive, Product, ProductPicture, Status, Unit
from recommend.text import Text

TEXTS = ("name", "summary", "ingredients", "directions", "storage")
"""The texts that every product has in both languages."""


# `gc=False`, here and in the other structs that an import makes by the hundred thousand: they contain no cycles, and
# the garbage collector would scan them again and again.
class ProductState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A product as entered: texts in both languages, money in cents with VAT, net quantity in g or ml.

    An empty text, and a count or price of 0, means "not filled in yet"; vegan is None while nobody said so. Lists of
    allergens and other actives are complete when they are `stated`; unstated and empty is unknown.
    """

    sku: str
    slug: str
    status: Status = Status.DRAFT
    brand: str = ""
    supplier: str = ""
    ean: str | None = None
    name_nl: str = ""
    name_en: str = ""
    summary_nl: str = ""
    summary_en: str = ""
    ingredients_nl: str = ""
    ingredients_en: str = ""
    directions_nl: str = ""
    directions_en: str = ""
    storage_nl: str = ""
    storage_en: str = ""
    dosage_form: DosageForm = DosageForm.CAPSULE
    unit: Unit = Unit.CAPSULE
    units_per_pack: int = 0
    units_per_day: int = 0
    net_quantity: int | float = 0
    vegan: bool | None = None
    allergens: tuple[Allergen, ...] = ()
    allergens_stated: bool = False
    other_actives: tuple[OtherActive, ...] = ()
    other_actives_stated: bool = False
    price_cents: int = 0
    reduced: bool = False
    stock: int = 0
    composition: tuple[LabelLine, ...] = ()
    picture: str = ""
    alt_nl: str = ""
    alt_en: str = ""
    more_pictures: tuple[ProductPicture, ...] = ()

    @property
    def pictures(self) -> tuple[ProductPicture, ...]:
        """All pictures in their order; the first is that of `picture`."""
        first = (ProductPicture(self.picture, self.alt_nl, self.alt_en),) if self.picture else ()
        return (*first, *self.more_pictures)

    def with_pictures(self, pictures: Sequence[ProductPicture]) -> "ProductState":
        """The product with these pictures, in this order."""
        first = pictures[0] if pictures else ProductPicture("")
        return msgspec.structs.replace(
            self, picture=first.name, alt_nl=first.alt_nl, alt_en=first.alt_en, more_pictures=tuple(pictures[1:])
        )

    def text(self, name: str) -> Text:
        """One of TEXTS, or "alt", in both languages; may be empty."""
        return Text(*_IN_BOTH[name](self))


_IN_BOTH = {name: attrgetter(f"{name}_nl", f"{name}_en") for name in (*TEXTS, "alt")}
FIELDS = ProductState.__struct_fields__
"""The field names in their order."""
STORED_AS_THEY_ARE = tuple(name for name in FIELDS if name not in ("brand", "composition"))
"""The fields with a product column of the same name and value."""
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(ProductState)


def state_of_product(product: Product) -> ProductState:
    """The state of a stored product; its brand and components must be loaded."""
    plain = {name: getattr(product, name) for name in STORED_AS_THEY_ARE if name != "allergens"}
    return ProductState(
        **plain,
        brand=product.brand.name,
        allergens=tuple(Allergen(name) for name in product.allergens),
        composition=tuple(label_line_of(component) for component in product.components),
    )


def label_line_of(component: Component) -> LabelLine:
    """The label line of a stored component."""
    return LabelLine(component.form, component.salt, component.compound_ug, component.elemental_ug)


def changed_fields(before: ProductState, after: ProductState) -> tuple[str, ...]:
    """The names of the fields that differ."""
    return tuple(name for name in FIELDS if getattr(before, name) != getattr(after, name))


def to_json(state: ProductState) -> str:
    return _encoder.encode(state).decode()


def from_json(text: str) -> ProductState:
    """Decode the JSON of `to_json`. Raises msgspec.ValidationError."""
    return _decoder.decode(text)
