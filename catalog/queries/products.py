"""Queries of the shop's pages: one product, brands, slugs, products by form."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.db.bulk import column_in
from catalog.models import Brand, FormTag, ListingRowByForm, PictureFile, Product, SlugRedirect, Status
from catalog.models.product import IN_STOCK, PUBLISHED, published_languages
from catalog.pictures import picture_of
from catalog.search.documents import GRADES_IN_STOCK
from catalog.search.snapshot import can_keep, keep_for_state, known_of_state
from recommend.knowledge import Ruleset
from recommend.text import Language


def product_by_slug(session: Session, slug: str) -> Product | None:
    """A published product with everything that its page shows, in one query: it has a few forms and lines."""
    query = (
        select(Product)
        .where(PUBLISHED, Product.slug == slug)
        .options(joinedload(Product.brand), joinedload(Product.tags), joinedload(Product.components))
    )
    return session.scalars(query).unique().one_or_none()


MOST_KEPT_PRODUCTS = 1000
"""Products that a process keeps of one state of the catalogue, about 5 MB."""
_KEPT = "products by id"


def published_products(session: Session, ids: Collection[int]) -> dict[int, Product]:
    """The published products with these ids, with their brand and forms.

    To read alone: a session with a noted stamp gets the same ones as others before it, which belong to no session.
    """
    known: dict[int, Product] = known_of_state(session, _KEPT) or {}
    missing = sorted(set(ids) - known.keys())
    if missing:
        query = select(Product).where(PUBLISHED, Product.id.in_(missing))
        found = session.scalars(query.options(joinedload(Product.brand), joinedload(Product.tags))).unique()
        loaded = {product.id: product for product in found}
        if can_keep(session):  # detached before another thread gets them
            for one in {*loaded.values(), *(product.brand for product in loaded.values())} & set(session):
                session.expunge(one)
        known = {**(known if len(known) < MOST_KEPT_PRODUCTS else {}), **loaded}
        keep_for_state(session, _KEPT, known)
    return {id_: known[id_] for id_ in ids if id_ in known}


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


def count_published(session: Session) -> int:
    return session.scalar(select(func.count()).where(PUBLISHED)) or 0


class PublishedSlug(Struct, frozen=True):
    """The slug of a published product, and the languages of its texts."""

    slug: str
    languages: tuple[Language, ...]


def published_slugs(session: Session, *, part: int, size: int) -> list[PublishedSlug]:
    """The slugs of one part, counted from 1; a new product joins the last part."""
    query = select(Product.slug, Product.english_complete).where(PUBLISHED).order_by(Product.id)
    rows = session.execute(query.limit(size).offset((part - 1) * size))
    return [PublishedSlug(slug, published_languages(english_complete)) for slug, english_complete in rows]


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


def _first_of_forms(
    forms: Collection[str] | Select[Any],
    number: int,
    without: Sequence[str] = (),
    *,
    in_stock: bool = False,
    also_tagged: bool = False,
) -> Select[Any]:
    """The first products that count as one of the forms, in the shop's order; one with two of them may come twice.

    With `also_tagged` those with less of the form follow.
    """
    row = ListingRowByForm
    counts = exists().where(FormTag.product_id == row.product_id, FormTag.form == row.form, FormTag.counts_as_form)
    less = case((counts, 0), else_=1).label("less")
    order = (less, row.grade, row.tenth_cents_per_100mg, row.sku)
    query = select(row.product_id, *order).where(row.form.in_(forms)).order_by(*order)
    if not also_tagged:
        query = query.where(counts)
    if without:
        query = query.where(row.product_id.not_in(select(Product.id).where(Product.slug.in_(sorted(without)))))
    if in_stock:
        query = query.where(row.grade.in_(GRADES_IN_STOCK))
    first = query.limit(number).subquery()
    return (
        select(Product)
        .join(first, first.c.product_id == Product.id)
        .where(PUBLISHED)
        .order_by(first.c.less, first.c.grade, first.c.tenth_cents_per_100mg, first.c.sku)
        .options(joinedload(Product.brand), joinedload(Product.tags))
    )


def products_like(session: Session, forms: Collection[str], without: Collection[str], *, shown: int) -> list[Product]:
    """Some other products that share one of the forms, in the shop's default order."""
    query = _first_of_forms(sorted(forms), shown * len(forms), sorted(without))
    return list(session.scalars(query).unique())[:shown]


def products_instead(session: Session, product_id: int, *, shown: int = 3) -> list[Product]:
    """The first products in stock of a sold-out product's form, in the shop's default order."""
    forms = select(FormTag.form).where(FormTag.product_id == product_id, FormTag.counts_as_form)
    return list(session.scalars(_first_of_forms(forms, shown * 2, in_stock=True)).unique())[:shown]


SHOWN = 6


class OfForm(Struct, frozen=True):
    """The first products that count as a form, and their total number."""

    products: Sequence[Product]
    total: int


def products_of_form(session: Session, forms: Collection[str], *, shown: int = SHOWN) -> OfForm:
    """Published products with one of these forms, as the listing counts them.

    Those with at least half of their magnesium from it come first, then the shop's default order.
    """
    tagged = select(FormTag.product_id).where(FormTag.form.in_(sorted(forms)))
    matching = select(Product).where(PUBLISHED, Product.id.in_(tagged))
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    first = _first_of_forms(sorted(forms), shown * len(forms), also_tagged=True)
    return OfForm(products=list(session.scalars(first).unique())[:shown] if total else (), total=total)


def best_of_forms(session: Session, compounds: Sequence[Collection[str]], *, most_ug_per_day: int) -> list[Product]:
    """The product in stock of each compound with the lowest price per 100 mg, within so much magnesium a day."""
    first = [
        select(Product.id)
        .where(
            PUBLISHED,
            IN_STOCK,
            Product.magnesium_ug * Product.units_per_day <= most_ug_per_day,
            Product.id.in_(select(FormTag.product_id).where(FormTag.form.in_(sorted(names)), FormTag.counts_as_form)),
        )
        .order_by(Product.tenth_cents_per_100mg, Product.sku)
        .limit(1)
        .subquery()
        for names in compounds
    ]
    query = (
        select(Product)
        .where(or_(*(Product.id.in_(select(one.c.id)) for one in first)))
        .order_by(Product.tenth_cents_per_100mg, Product.sku)
        .options(joinedload(Product.brand), selectinload(Product.tags))
    )
    return list(session.scalars(query))


class OnOffer(Struct, frozen=True):
    """The number of published products with a form, and the lowest price of 100 mg magnesium among them.

    The price is that of products with at least half of their magnesium from it, if there are any.
    """

    total: int
    lowest_tenth_cents_per_100mg: int


def forms_on_offer(session: Session, ruleset: Ruleset) -> dict[str, OnOffer]:
    """The offer by compound, under all its names; compounds without a published product are left out."""
    records = {form.id: form.record for form in ruleset.forms.values()}
    compound = case(records, value=FormTag.form, else_=FormTag.form)
    price = Product.tenth_cents_per_100mg
    of_mostly = case((FormTag.counts_as_form, price))
    query = (
        select(compound, func.count(Product.id.distinct()), func.coalesce(func.min(of_mostly), func.min(price)))
        .join(Product, Product.id == FormTag.product_id)
        .where(PUBLISHED)
        .group_by(compound)
    )
    return {form: OnOffer(total, lowest) for form, total, lowest in session.execute(query)}


def stored_pictures(session: Session, names: Iterable[str]) -> set[str]:
    """The pictures among these names that are stored."""
    found = {name: picture for name in names if (picture := picture_of(name))}
    files = {picture.file(picture.width): name for name, picture in found.items()}
    if not files:
        return set()
    query = select(PictureFile.name).where(column_in(session, PictureFile.name, list(files)))
    return {files[name] for name in session.scalars(query)}


def picture_data(session: Session, name: str) -> bytes | None:
    """The content of a picture file by its name."""
    return session.scalars(select(PictureFile.data).where(PictureFile.name == name)).one_or_none()
