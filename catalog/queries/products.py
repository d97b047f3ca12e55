"""Queries of the shop's pages: one product, brands, slugs, products by form."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.models import Brand, FormTag, PictureFile, Product, SlugRedirect, Status
from catalog.models.product import PUBLISHED
from recommend.knowledge import Ruleset


def product_by_slug(session: Session, slug: str) -> Product | None:
    """A published product with everything that its page shows."""
    query = (
        select(Product)
        .where(PUBLISHED, Product.slug == slug)
        .options(joinedload(Product.brand), joinedload(Product.tags), selectinload(Product.components))
    )
    return session.scalars(query).unique().one_or_none()


class Place(Struct, frozen=True):
    """The current slug of a product, and its status."""

    slug: str
    status: Status


def place_of(session: Session, slug: str) -> Place | None:
    """The product that has this slug or had it before, whatever its status."""
    before = select(SlugRedirect.product_id).where(SlugRedirect.slug == slug)
    query = select(Product.slug, Product.status).where(or_(Product.slug == slug, Product.id.in_(before)))
    found = session.execute(query).first()
    return Place(found[0], found[1]) if found else None


MOST_TO_CHOOSE = 500
"""Brands in a selection list."""


def brand_names(session: Session) -> list[str]:
    """The names of the first brands by alphabet."""
    query = select(Brand.name).where(Brand.name != "").order_by(Brand.name).limit(MOST_TO_CHOOSE)
    return list(session.scalars(query))


def brand_by_name(session: Session, name: str) -> Brand | None:
    return session.scalars(select(Brand).where(Brand.name == name)).one_or_none()


def count_published(session: Session) -> int:
    return session.scalar(select(func.count()).where(PUBLISHED)) or 0


def published_slugs(session: Session, *, part: int, size: int) -> Sequence[str]:
    """The slugs of one part, counted from 1; a new product joins the last part."""
    query = select(Product.slug).where(PUBLISHED).order_by(Product.id).limit(size).offset((part - 1) * size)
    return session.scalars(query).all()


def products_by_slugs(session: Session, slugs: Collection[str]) -> dict[str, Product]:
    """The published products with these slugs, in the order given."""
    if not slugs:
        return {}
    query = (
        select(Product)
        .where(PUBLISHED, Product.slug.in_(sorted(slugs)))
        .options(joinedload(Product.brand), selectinload(Product.tags))
    )
    found = {product.slug: product for product in session.scalars(query)}
    return {slug: found[slug] for slug in slugs if slug in found}


def products_like(session: Session, forms: Collection[str], without: Collection[str], *, shown: int) -> list[Product]:
    """Some other products that share one of the forms, in the shop's default order."""
    tagged = select(FormTag.product_id).where(FormTag.form.in_(sorted(forms)), FormTag.counts_as_form)
    query = (
        select(Product)
        .where(PUBLISHED, Product.id.in_(tagged), Product.slug.not_in(sorted(without)))
        .order_by(Product.stock == 0, Product.tenth_cents_per_100mg, Product.sku)
        .limit(shown)
        .options(joinedload(Product.brand))
    )
    return list(session.scalars(query))


SHOWN = 6


class OfForm(Struct, frozen=True):
    """The first products that count as a form, and their total number."""

    products: Sequence[Product]
    total: int


def products_of_form(session: Session, forms: Collection[str], *, shown: int = SHOWN) -> OfForm:
    """Published products with at least half of their magnesium from one of these, in the shop's default order."""
    counting = select(FormTag.product_id).where(FormTag.form.in_(sorted(forms)), FormTag.counts_as_form)
    matching = select(Product).where(PUBLISHED, Product.id.in_(counting))
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    first = (
        matching.order_by(Product.stock == 0, Product.tenth_cents_per_100mg, Product.sku)
        .limit(shown)
        .options(joinedload(Product.brand), selectinload(Product.tags))
    )
    return OfForm(products=session.scalars(first).all() if total else (), total=total)


class OnOffer(Struct, frozen=True):
    """The number of published products that count as a form, and the lowest price of 100 mg magnesium among them."""

    total: int
    lowest_tenth_cents_per_100mg: int


def forms_on_offer(session: Session, ruleset: Ruleset) -> dict[str, OnOffer]:
    """The offer by compound, under all its names; compounds without a published product are left out."""
    records = {form.id: form.record for form in ruleset.forms.values()}
    compound = case(records, value=FormTag.form, else_=FormTag.form)
    query = (
        select(compound, func.count(Product.id.distinct()), func.min(Product.tenth_cents_per_100mg))
        .join(Product, Product.id == FormTag.product_id)
        .where(PUBLISHED, FormTag.counts_as_form)
        .group_by(compound)
    )
    return {form: OnOffer(total, lowest) for form, total, lowest in session.execute(query)}


def picture_data(session: Session, name: str) -> bytes | None:
    """The content of a picture file by its name."""
    return session.scalars(select(PictureFile.data).where(PictureFile.name == name)).one_or_none()
