"""Filters, counts, orders and pages compared with a reading of every product, on both kinds of database."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.consistency import derived_data_mismatches
from catalog.edits.products import product_to_edit, save_product
from catalog.models import Allergen, DosageForm, Product, Status
from catalog.product_state import state_of_product
from catalog.samples.generate import make_up_catalogue
from catalog.search import snapshot, update
from catalog.search.facet_counts import Filters
from catalog.search.facets import ALL_APPLY, MG_BANDS, PRICE_BANDS, Band, Facet
from catalog.search.listing import MOST_PAGES, PAGE_SIZE, Sort, editions, listing
from catalog.search.snapshot import current_snapshot, note_stamp
from catalog.search.tokens import plain
from recommend.knowledge import Ruleset
from recommend.text import LANGUAGES, Language
from tests.catalog.conftest import MakeEngine
from tests.factories import AuthorFactory, make_product

COUNT = 150
BRANDS_SHOWN = 3
VALUES: dict[Facet, list[str]] = {
    Facet.FORM: ["citrate", "oxide", "bisglycinate", "taurate", "pyruvate"],
    Facet.DOSAGE_FORM: list(DosageForm),
    Facet.MG_PER_DAY: [band.name for band in MG_BANDS],
    Facet.PRICE_PER_100MG: [band.name for band in PRICE_BANDS],
    Facet.VEGAN: ["true"],
    Facet.WITHOUT: [Allergen.FISH, Allergen.GLUTEN, Allergen.MILK, Allergen.SOY],
    Facet.IN_STOCK: ["true"],
}
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        facet: st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)
        for facet, values in VALUES.items()
    },
)


class Filled(NamedTuple):
    session: Session
    products: list[Product]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, make_engine: MakeEngine, tmp_path_factory: pytest.TempPathFactory, ruleset: Ruleset
) -> Iterator[Filled]:
    """A made-up catalogue, read only."""
    engine = make_engine(request.param, tmp_path_factory.mktemp("filled"))
    with Session(engine) as session:
        make_up_catalogue(session, COUNT, seed=7, ruleset=ruleset)
        session.commit()
        yield Filled(session, all_products(session))
    engine.dispose()


def all_products(session: Session) -> list[Product]:
    query = select(Product).options(joinedload(Product.brand), selectinload(Product.tags))
    return [product for product in session.scalars(query) if product.status is Status.PUBLISHED]


def band_of(bands: Sequence[Band], amount: float) -> str:
    return next(band.name for band in bands if band.to is None or amount <= band.to)


HAS: dict[Facet, Callable[[Product, str], bool]] = {
    Facet.FORM: lambda product, value: value in {tag.form for tag in product.tags},
    Facet.DOSAGE_FORM: lambda product, value: product.dosage_form == value,
    Facet.MG_PER_DAY: lambda product, value: value == band_of(MG_BANDS, product.magnesium_per_day_ug / 1000),
    Facet.PRICE_PER_100MG: lambda product, value: value == band_of(PRICE_BANDS, product.tenth_cents_per_100mg / 10),
    Facet.VEGAN: lambda product, _: product.vegan is True,
    Facet.WITHOUT: lambda product, value: product.allergens_stated and value not in product.allergens,
    Facet.OTHER_ACTIVES: lambda product, value: (
        value == ("some" if product.other_actives else "none" if product.other_actives_stated else "")
    ),
    Facet.WITHOUT_ACTIVE: lambda product, value: (
        product.other_actives_stated and value not in {active.substance for active in product.other_actives}
    ),
    Facet.BRAND: lambda product, value: product.brand.name == value,
    Facet.IN_STOCK: lambda product, _: product.stock > 0,
}
"""Whether a product has a facet value, computed from the product alone."""


def passes(product: Product, chosen: dict[Facet, list[str]]) -> bool:
    return all(
        (all if facet in ALL_APPLY else any)(HAS[facet](product, value) for value in values)
        for facet, values in chosen.items()
    )


def order(product: Product, sort: Sort, language: Language) -> tuple[Any, ...]:
    keys: dict[Sort, tuple[Any, ...]] = {
        Sort.RECOMMENDED: (
            product.magnesium_per_day_ug > 250_000,
            len(product.tags) > 1,
            product.stock == 0,
            product.tenth_cents_per_100mg,
        ),
        Sort.PRICE_PER_100MG: (product.tenth_cents_per_100mg,),
        Sort.PRICE_PER_DAY: (product.tenth_cents_per_day,),
        Sort.PRICE: (product.price_cents,),
        Sort.MG_PER_DAY: (product.magnesium_per_day_ug,),
        Sort.NAME: (plain(product.name.in_language(language)),),
    }
    return (*keys[sort], product.sku)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chosen=FILTERS,
    brand=st.integers(-3, 2),
    asked=st.tuples(st.sampled_from(Sort), st.sampled_from(LANGUAGES), st.integers(1, 4)),
)
def test_list_and_counts_are_what_a_reading_of_every_product_gives(
    filled: Filled, chosen: dict[Facet, list[str]], brand: int, asked: tuple[Sort, Language, int]
) -> None:
    session, products = filled
    sort, language, page = asked
    names = sorted({product.brand.name for product in products})
    if brand >= 0:
        chosen = chosen | {Facet.BRAND: [names[brand]]}
    filters = Filters({facet: tuple(values) for facet, values in chosen.items()})
    expected = sorted((one for one in products if passes(one, chosen)), key=lambda one: order(one, sort, language))
    found = listing(session, filters, sort=sort, page=page, language=language)
    pages = max(1, -(-len(expected) // PAGE_SIZE))
    assert (found is None) == (page > pages)
    found = found or listing(session, filters, sort=sort, language=language)
    assert found
    assert (found.total, found.pages) == (len(expected), pages)
    first = (found.page - 1) * PAGE_SIZE
    assert [one.sku for one in found.products] == [one.sku for one in expected[first : first + PAGE_SIZE]]
    for facet, values in (VALUES | {Facet.BRAND: names[:BRANDS_SHOWN]}).items():
        others = {key: values_ for key, values_ in chosen.items() if key is not facet}
        left = [one for one in products if passes(one, others)]
        for value in values:
            counted = sum(HAS[facet](one, value) for one in left)
            assert found.found.count(facet, value) == counted, (facet, value)


EDIT = st.tuples(
    st.integers(0, 3),
    st.fixed_dictionaries(
        {},
        optional={
            "price_cents": st.sampled_from([900, 3000]),
            "stock": st.sampled_from([0, 5]),
            "vegan": st.booleans(),
            "status": st.sampled_from([Status.PUBLISHED, Status.ARCHIVED]),
            "name_nl": st.sampled_from(["poeder", "capsule"]),
            "allergens": st.sampled_from([(), (Allergen.MILK,)]),
        },
    ),
)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of two ids, so that a few products fill several."""
    for module in (update, snapshot):
        monkeypatch.setattr(module, "BLOCK_BITS", 1)


@pytest.mark.usefixtures("small_blocks")
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(EDIT, st.booleans()), max_size=6))
def test_what_a_process_keeps_is_what_another_wrote_and_committed(
    edits: list[tuple[tuple[int, dict[str, Any]], bool]], session: Session, ruleset: Ruleset
) -> None:
    engine = session.get_bind()
    ids = [make_product(session).id for _ in range(4)]
    session.commit()
    for (number, changes), commits in edits:
        product = product_to_edit(session, ids[number])
        state = structs.replace(state_of_product(product), **changes)
        save_product(session, product.id, product.version, state, author=AuthorFactory.build(), ruleset=ruleset)
        listing(session, language="nl")  # reads uncommitted changes, which must not be cached
        (session.commit if commits else session.rollback)()
        with Session(engine) as reader:
            index, anew = current_snapshot(reader, words=True), snapshot.read_snapshot(reader)
            assert {k: v for k, v in index.sets.items() if v} == {k: v for k, v in anew.sets.items() if v}
            assert index.words == anew.words
            published = all_products(reader)
            assert len(index.listed) == len(published)
            note_stamp(reader)  # as a request does: what it reads of the order and of editions is kept
            for sort in (Sort.RECOMMENDED, Sort.PRICE, Sort.NAME):
                page = listing(reader, sort=sort, language="nl")
                assert page
                first = sorted(published, key=lambda one: order(one, sort, "nl"))[:PAGE_SIZE]
                ids = [one.id for one in first]
                assert [one.id for one in page.products] == ids
                assert [one.version for one in editions(reader, ids)] == [one.version for one in first]
            assert list(derived_data_mismatches(reader, ruleset)) == []


def test_numbered_pages_end_at_a_hundred_whatever_the_total(session: Session, ruleset: Ruleset) -> None:
    make_up_catalogue(session, MOST_PAGES * PAGE_SIZE + 30, seed=1, ruleset=ruleset)
    last = listing(session, page=MOST_PAGES, language="en")
    assert last
    assert (last.total, last.pages, last.is_cut) == (MOST_PAGES * PAGE_SIZE + 30, MOST_PAGES, True)
    assert len(last.products) == PAGE_SIZE
    assert listing(session, page=MOST_PAGES + 1, language="en") is None
