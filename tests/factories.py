"""The only place that builds models for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import factory
from sqlalchemy.orm import Session

from catalog.accounts.passwords import hash_password
from catalog.composition import Stated
from catalog.edits import ProductFields, add_product
from catalog.models import Account, Brand, Component, DosageForm, FormTag, Product, Role, Status, Unit
from recommend.answers import Answers
from recommend.loading import load_ruleset
from recommend.text import Text


class AnswersFactory(factory.Factory[Answers]):
    """Answers of a healthy adult without special wishes."""

    class Meta:
        model = Answers

    stomach = "none"
    budget = "medium"
    absorption = "normal"
    age_group = "18_64"
    conditions: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()


class TextFactory(factory.Factory[Text]):
    class Meta:
        model = Text

    nl = factory.Sequence(lambda n: f"tekst {n}")
    en = factory.Sequence(lambda n: f"text {n}")


class BrandFactory(factory.Factory[Brand]):
    class Meta:
        model = Brand

    name = factory.Sequence(lambda n: f"Merk {n}")
    address = "Voorbeeldweg 1, 0000 AA Voorbeeldstad (verzonnen)"
    invented = True


class StatedFactory(factory.Factory[Stated]):
    """100 mg of elemental magnesium as the label states it, per unit."""

    class Meta:
        model = Stated

    form = "citrate"
    elemental_ug = 100_000


class ProductFieldsFactory(factory.Factory[ProductFields]):
    class Meta:
        model = ProductFields

    sku = factory.Sequence(lambda n: f"SKU-{n:04}")
    slug = factory.LazyAttribute(lambda product: product.sku.lower())
    name = factory.SubFactory(TextFactory)
    summary = factory.SubFactory(TextFactory)
    ingredients = factory.SubFactory(TextFactory)
    directions = factory.SubFactory(TextFactory)
    storage = factory.SubFactory(TextFactory)
    dosage_form = DosageForm.CAPSULE
    unit = Unit.CAPSULE
    units_per_pack = 60
    units_per_day = 2
    net_quantity = 50
    vegan = True
    price_cents = 1200
    stock = 10


class ComponentFactory(factory.Factory[Component]):
    class Meta:
        model = Component

    position = factory.Sequence(lambda n: n)
    form = "citrate"
    elemental_ug = 100_000


class FormTagFactory(factory.Factory[FormTag]):
    class Meta:
        model = FormTag

    form = "citrate"
    magnesium_ug = 100_000
    counts_as_form = True


PASSWORD = "zeven blauwe fietsen"


@cache
def hash_of_password() -> str:
    """argon2 is slow on purpose, so once for all tests."""
    return hash_password(PASSWORD)


class AccountFactory(factory.Factory[Account]):
    """An active owner with PASSWORD and no second factor."""

    class Meta:
        model = Account

    email = factory.Sequence(lambda n: f"persoon{n}@winkel.test")
    password_hash = factory.LazyFunction(hash_of_password)
    role = Role.OWNER
    active = True
    created_at = datetime(2026, 11, 1, tzinfo=UTC)


def make_product(
    session: Session,
    composition: Sequence[Stated] | None = None,
    *,
    brand: Brand | None = None,
    status: Status = Status.PUBLISHED,
    **fields: Any,
) -> Product:
    """A published product of 100 mg magnesium from citrate per capsule, unless told otherwise; flushed."""
    product = add_product(
        session,
        ProductFieldsFactory.build(**fields),
        brand=brand or BrandFactory.build(),
        composition=composition or [StatedFactory.build()],
        ruleset=load_ruleset(),
        status=status,
    )
    session.flush()
    return product
