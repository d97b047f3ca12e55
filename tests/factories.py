"""Factories: the only place that builds models for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import factory
from sqlalchemy.orm import Session

from catalog.accounts.passwords import hash_password
from catalog.composition import LabelLine
from catalog.edits.brands import add_brand
from catalog.edits.edit import Author, Edit
from catalog.edits.products import accept_warning, product_to_edit
from catalog.edits.store import write
from catalog.edits.validation import Acceptances, validate
from catalog.models import Account, Brand, Component, DosageForm, FormTag, How, Product, Role, Status, Unit
from catalog.product_state import ProductState
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


class LabelLineFactory(factory.Factory[LabelLine]):
    """100 mg of elemental magnesium per unit."""

    class Meta:
        model = LabelLine

    form = "citrate"
    elemental_ug = 100_000


class ProductStateFactory(factory.Factory[ProductState]):
    """A complete product that may be published: 100 mg magnesium from citrate per capsule."""

    class Meta:
        model = ProductState

    sku = factory.Sequence(lambda n: f"SKU-{n:04}")
    slug = factory.LazyAttribute(lambda product: product.sku.lower())
    status = Status.PUBLISHED
    brand = "Merk"
    name_nl = factory.Sequence(lambda n: f"naam {n}")
    name_en = factory.Sequence(lambda n: f"name {n}")
    summary_nl = "korte tekst"
    summary_en = "short text"
    ingredients_nl = "magnesiumcitraat"
    ingredients_en = "magnesium citrate"
    directions_nl = "met water innemen"
    directions_en = "take with water"
    storage_nl = "droog bewaren"
    storage_en = "keep dry"
    dosage_form = DosageForm.CAPSULE
    unit = Unit.CAPSULE
    units_per_pack = 60
    units_per_day = 2
    net_quantity = 50
    vegan = True
    allergens_stated = True
    other_actives_stated = True
    price_cents = 1200
    stock = 10
    composition = (LabelLine("citrate", elemental_ug=100_000),)


class AuthorFactory(factory.Factory[Author]):
    class Meta:
        model = Author

    who = "redacteur@voorbeeld.example"
    how = How.FORM


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
    """Hashed once for all tests, because argon2 is slow on purpose."""
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


def make_product(session: Session, composition: Sequence[LabelLine] | None = None, **fields: Any) -> Product:
    """A published product of 100 mg magnesium from citrate per capsule, with the given fields changed.

    A daily portion above the EU's limit has its reason.
    """
    if composition is not None:
        fields["composition"] = tuple(composition)
    state, author, ruleset = ProductStateFactory.build(**fields), AuthorFactory.build(), load_ruleset()
    add_brand(session, state.brand, BrandFactory.build().address, invented=True)
    high_dose = validate(state, ruleset).high_dose
    reasons = {high_dose: "besproken met de apotheker"} if high_dose else {}
    [id_] = write(session, [Edit(validate(state, ruleset, Acceptances(reasons)))], author)
    for finding, reason in reasons.items():
        accept_warning(session, id_, finding, reason, author)
    return product_to_edit(session, id_)
