"""Products to hold against each other: those that were chosen, and others to choose."""

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from catalog.models import Brand, FormTag, Product
from catalog.queries.published import PUBLISHED
from recommend.text import Language

OFFERED = 12
MOST_WORDS = 6


def products_by_slugs(session: Session, slugs: Collection[str]) -> dict[str, Product]:
    """The published ones among these slugs, in the order asked."""
    if not slugs:
        return {}
    query = (
        select(Product)
        .where(PUBLISHED, Product.slug.in_(sorted(slugs)))
        .options(joinedload(Product.brand), selectinload(Product.tags))
    )
    found = {product.slug: product for product in session.scalars(query)}
    return {slug: found[slug] for slug in slugs if slug in found}


def products_to_compare(
    session: Session, *, words: Sequence[str], forms: Collection[str], without: Collection[str], language: Language
) -> Sequence[Product]:
    """A few other published products: with all the words in name or brand, or else with any of the forms."""
    name = Product.name_nl if language == "nl" else Product.name_en
    matching = select(Product).join(Product.brand).where(PUBLISHED, Product.slug.not_in(sorted(without)))
    for word in words[:MOST_WORDS]:
        matching = matching.where(
            or_(name.icontains(word, autoescape=True), Brand.name.icontains(word, autoescape=True))
        )
    if forms and not words:
        tagged = select(FormTag.product_id).where(FormTag.form.in_(sorted(forms)))
        matching = matching.where(Product.id.in_(tagged))
    first = matching.order_by(Product.stock == 0, Product.tenth_cents_per_100mg, Product.sku).limit(OFFERED)
    return session.scalars(first.options(contains_eager(Product.brand), selectinload(Product.tags))).all()
