"""Tables of brands and products. Columns marked "Derived" are computed by `catalog.edits`, never entered."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    TypeDecorator,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base, Bilingual, Hundredths, Moment, NameList, WordList, choice
from recommend.text import LANGUAGES, Language, Text


class DosageForm(StrEnum):
    CAPSULE = "capsule"
    TABLET = "tablet"
    POWDER = "powder"
    LIQUID = "liquid"


class Unit(StrEnum):
    """The unit of a daily portion."""

    CAPSULE = "capsule"
    TABLET = "tablet"
    SCOOP = "scoop"
    ML = "ml"


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Allergen(StrEnum):
    """The fourteen allergens of Regulation (EU) 1169/2011, Annex II."""

    GLUTEN = "gluten"
    CRUSTACEANS = "crustaceans"
    EGGS = "eggs"
    FISH = "fish"
    PEANUTS = "peanuts"
    SOY = "soy"
    MILK = "milk"
    NUTS = "nuts"
    CELERY = "celery"
    MUSTARD = "mustard"
    SESAME = "sesame"
    SULPHITES = "sulphites"
    LUPIN = "lupin"
    MOLLUSCS = "molluscs"


class AmountUnit(StrEnum):
    """The unit of an amount on a label."""

    MICROGRAM = "µg"
    MILLIGRAM = "mg"
    GRAM = "g"


class OtherActive(Struct, frozen=True, gc=False):
    """An active substance beside magnesium, by its id in `substances.yaml`, with its amount per unit of the product."""

    substance: str
    amount: Decimal
    unit: AmountUnit

    @property
    def micrograms(self) -> Decimal:
        """The amount in micrograms, per unit."""
        return self.amount * _MICROGRAMS[self.unit]


_MICROGRAMS = {AmountUnit.MICROGRAM: 1, AmountUnit.MILLIGRAM: 1_000, AmountUnit.GRAM: 1_000_000}


class OtherActiveList(TypeDecorator[tuple[OtherActive, ...]]):
    """A tuple of other actives in one column, as JSON; empty without any. The signatures are SQLAlchemy's."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[OtherActive, ...] | None, dialect: Dialect) -> str:
        return msgspec.json.encode(value).decode() if value else ""

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[OtherActive, ...]:
        return _other_actives.decode(value) if value else ()


_other_actives = msgspec.json.Decoder(tuple[OtherActive, ...])


class OverriddenSentence(Struct, frozen=True, gc=False):
    """A blocked sentence in a text that an override lets pass up to and including a day; `field` has its language."""

    field: str
    sentence: str
    until: date


class OverriddenSentences(TypeDecorator[tuple[OverriddenSentence, ...]]):
    """A tuple of overridden sentences in one column, as JSON; empty without any. The signatures are SQLAlchemy's."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[OverriddenSentence, ...] | None, dialect: Dialect) -> str:
        return msgspec.json.encode(value).decode() if value else ""

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[OverriddenSentence, ...]:
        return _overridden.decode(value) if value else ()


_overridden = msgspec.json.Decoder(tuple[OverriddenSentence, ...])


class ProductPicture(Struct, frozen=True, gc=False):
    """A picture of a product: its name (`catalog.pictures`), and its description for readers who cannot see it."""

    name: str
    alt_nl: str = ""
    alt_en: str = ""

    @property
    def alt(self) -> Text:
        """The description in both languages; may be empty."""
        return Text(self.alt_nl, self.alt_en)


class PictureList(TypeDecorator[tuple[ProductPicture, ...]]):
    """A tuple of pictures in one column, as JSON; empty without any. The signatures are SQLAlchemy's."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[ProductPicture, ...] | None, dialect: Dialect) -> str:
        return msgspec.json.encode(value).decode() if value else ""

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[ProductPicture, ...]:
        return _pictures.decode(value) if value else ()


_pictures = msgspec.json.Decoder(tuple[ProductPicture, ...])


class Brand(Base):
    """A brand, with the business address that the label must give; `invented` marks the sample's brands."""

    __tablename__ = "brand"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    invented: Mapped[bool]
    aliases: Mapped[tuple[str, ...]] = mapped_column(NameList, server_default="")
    """Other spellings and earlier names: a file that uses one means this brand."""
    version: Mapped[int] = mapped_column(server_default="1")
    """The number of changes; saving an older version raises a conflict."""
    accepted_name: Mapped[str] = mapped_column(server_default="")
    """The name that a publisher accepted although the content check blocks it; empty without acceptance."""
    accepted_by: Mapped[str] = mapped_column(server_default="")
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    accepted_reason: Mapped[str] = mapped_column(server_default="")


class Product(Base):
    """A product, with its price and stock.

    A draft may lack everything but a SKU and a slug: an empty text, and a count, price or amount of 0, means "not
    filled in yet" and blocks publishing.
    """

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("price_cents >= 0 AND stock >= 0", name="offer_not_negative"),
        CheckConstraint("units_per_pack >= 0 AND units_per_day >= 0 AND net_quantity >= 0", name="pack_not_negative"),
        CheckConstraint(
            "status <> 'published' OR (price_cents > 0 AND units_per_pack > 0 AND units_per_day > 0"
            " AND net_quantity > 0 AND magnesium_ug > 0)",
            name="published_is_complete",
        ),
        Index("ix_product_listing", "status", "tenth_cents_per_100mg", "sku"),
        Index("ix_product_cost_per_day", "status", "tenth_cents_per_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    status: Mapped[Status] = mapped_column(choice(Status))
    version: Mapped[int]
    """The number of edits; saving an older version raises a conflict."""
    brand_id: Mapped[int] = mapped_column(ForeignKey("brand.id"), index=True)
    supplier: Mapped[str]
    """The supplier whose file added it, empty when entered by hand."""
    ean: Mapped[str | None] = mapped_column(index=True)

    name_nl: Mapped[str]
    name_en: Mapped[str]
    summary_nl: Mapped[str]
    summary_en: Mapped[str]
    ingredients_nl: Mapped[str]
    ingredients_en: Mapped[str]
    directions_nl: Mapped[str]
    directions_en: Mapped[str]
    storage_nl: Mapped[str]
    storage_en: Mapped[str]
    name = Bilingual()
    summary = Bilingual()
    ingredients = Bilingual()
    directions = Bilingual()
    storage = Bilingual()

    dosage_form: Mapped[DosageForm] = mapped_column(choice(DosageForm))
    unit: Mapped[Unit] = mapped_column(choice(Unit))
    units_per_pack: Mapped[int]
    units_per_day: Mapped[int]
    """The label's daily portion, in units."""
    net_quantity: Mapped[float] = mapped_column(Hundredths)
    """Millilitres for a liquid, grams for everything else, with at most two decimals."""
    vegan: Mapped[bool | None]
    """None while nobody said so."""
    allergens: Mapped[tuple[str, ...]] = mapped_column(WordList)
    allergens_stated: Mapped[bool] = mapped_column(server_default=false())
    """Whether `allergens` are all of them; an empty list says nothing by itself."""
    other_actives: Mapped[tuple[OtherActive, ...]] = mapped_column(OtherActiveList, server_default="")
    other_actives_stated: Mapped[bool] = mapped_column(server_default=false())
    """Whether `other_actives` are all of them."""

    picture: Mapped[str] = mapped_column(server_default="")
    """The name of its first picture (`catalog.pictures`), that of cards; empty without one."""
    alt_nl: Mapped[str] = mapped_column(server_default="")
    alt_en: Mapped[str] = mapped_column(server_default="")
    alt = Bilingual()
    """The description of the first picture for readers who cannot see it."""
    more_pictures: Mapped[tuple[ProductPicture, ...]] = mapped_column(PictureList, server_default="")
    """The pictures behind the first, in their order."""

    price_cents: Mapped[int]
    """Including VAT."""
    reduced: Mapped[bool]
    """Whether the price is announced as a reduction."""
    stock: Mapped[int]
    """Packs as last counted, those of unsent orders included; what was sold since is in the orders' store."""
    stock_counted_at: Mapped[datetime | None] = mapped_column(Moment)
    """Derived: the moment of that count; None for the count that the product came with."""
    sold_out: Mapped[bool] = mapped_column(server_default=false())
    """Derived: orders took the last pack of the count."""

    magnesium_ug: Mapped[int]
    """Derived: elemental magnesium per unit."""
    tenth_cents_per_100mg: Mapped[int] = mapped_column(BigInteger)
    """Derived: price per 100 mg elemental magnesium; 0 while price or magnesium is missing."""
    tenth_cents_per_day: Mapped[int] = mapped_column(BigInteger)
    """Derived: price of the label's daily portion."""
    from_cents: Mapped[int | None]
    """Derived: the lowest price of the 30 days before the announced reduction."""
    from_until: Mapped[date | None]
    """Derived: the first day (UTC) without the announcement of the reduction."""
    blocked_texts: Mapped[int]
    """Derived: the number of sentences that the content check blocks."""
    open_warnings: Mapped[int]
    """Derived: the number of sentences and portions that a person must review and has not accepted with a reason."""
    portion_too_small: Mapped[bool]
    """Derived: a claim requires more magnesium than a daily portion gives."""
    form_not_permitted: Mapped[bool]
    """Derived: contains a form that is not in Annex II of Directive 2002/46/EC."""
    label_faults: Mapped[int] = mapped_column(server_default="0")
    """Derived: the number of contradictions between its ingredient texts and its allergens, vegan and other actives."""
    english_complete: Mapped[bool] = mapped_column(server_default=false())
    """Derived: every text is there in English; until then English pages show the Dutch texts."""
    overridden: Mapped[tuple[OverriddenSentence, ...]] = mapped_column(OverriddenSentences, server_default="")
    """Derived: blocked sentences with an override; after its last day no shopper sees them."""

    brand: Mapped[Brand] = relationship(lazy="raise")
    components: Mapped[list["Component"]] = relationship(
        lazy="raise", order_by="Component.position", cascade="all, delete-orphan"
    )
    tags: Mapped[list["FormTag"]] = relationship(
        lazy="raise", order_by="FormTag.magnesium_ug.desc(), FormTag.form", cascade="all, delete-orphan"
    )

    @property
    def magnesium_per_day_ug(self) -> int:
        """Elemental magnesium in the label's daily portion."""
        return self.magnesium_ug * self.units_per_day

    @property
    def in_stock(self) -> bool:
        return self.stock > 0 and not self.sold_out

    def text_language(self, language: Language) -> Language:
        """The language of the texts on a page in `language`: never two at once, so Dutch until the English is whole."""
        return language if language in published_languages(self.english_complete) else "nl"

    def text(self, name: str, language: Language, on: date) -> str:
        """A text, such as "name" or "alt", as a page in `language` shows it on a day.

        Sentences whose override has ended are left out; a product without a name has its SKU.
        """
        field = f"{name}_{self.text_language(language)}"
        found: str = getattr(self, field)
        shown = self._without_hidden(field, found, on)
        return shown or (self.sku if name == "name" and found else "")

    def alt_text(self, picture: ProductPicture, language: Language, on: date) -> str:
        """The description of one of its pictures, as `text` gives that of the first."""
        field = f"alt_{self.text_language(language)}"
        return self._without_hidden(field, getattr(picture, field), on)

    @property
    def pictures(self) -> tuple[ProductPicture, ...]:
        """All pictures in their order."""
        first = (ProductPicture(self.picture, self.alt_nl, self.alt_en),) if self.picture else ()
        return (*first, *self.more_pictures)

    def _without_hidden(self, field: str, text: str, on: date) -> str:
        """A text of a field without the sentences whose override has ended."""
        hidden = [one.sentence for one in self.overridden if one.field == field and one.until < on]
        for sentence in hidden:
            text = text.replace(sentence, "")
        return " ".join(text.split()) if hidden else text


def published_languages(english_complete: bool) -> tuple[Language, ...]:
    """The languages that a product is published in: Dutch always, English once all its texts are there."""
    return LANGUAGES if english_complete else ("nl",)


PUBLISHED = Product.status == Status.PUBLISHED
"""The condition that a product is published."""
IN_STOCK = (Product.stock > 0) & Product.sold_out.is_(False)
"""The condition that packs of a product are left."""


class Component(Base):
    """A line of the composition, per unit, as on the label: compound, elemental magnesium, or both.

    In a draft both may be missing.
    """

    __tablename__ = "component"
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[str]
    salt: Mapped[str | None]
    compound_ug: Mapped[int | None]
    elemental_ug: Mapped[int | None]


class FormTag(Base):
    """Derived: a form in a product, with its elemental magnesium per unit.

    `counts_as_form` (at least half of the magnesium) decides whether an advice for the form may show the product.
    """

    __tablename__ = "form_tag"
    __table_args__ = (Index("ix_form_tag_form", "form", "counts_as_form", "product_id"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    magnesium_ug: Mapped[int]
    counts_as_form: Mapped[bool]


class PictureFile(Base):
    """A picture at one width, as WebP. Its name has a hash of the picture, so its content never changes."""

    __tablename__ = "picture_file"

    name: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
