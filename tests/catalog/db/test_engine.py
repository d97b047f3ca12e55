"""SQLite and PostgreSQL alike: migrations, sample, listing, advice."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, event, inspect, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from catalog.advice.candidates import budget_bands
from catalog.advice.suggest import suggest_products
from catalog.db.engine import DatabaseVersionError, for_reading, migrate, newest_revision, open_engine, revision_of
from catalog.models import Base, Product
from catalog.queries.products import count_published, product_by_slug
from catalog.samples.sample import load_sample
from catalog.search.facet_counts import Filters
from catalog.search.facets import Facet
from catalog.search.listing import Sort, listing
from catalog.search.snapshot import catalogue_stamp
from recommend.engine import advise
from recommend.knowledge import Ruleset
from tests.factories import AnswersFactory, make_product


def _is_migrated(engine: Engine) -> bool:
    with engine.connect() as connection:
        return revision_of(connection) == newest_revision()


def test_the_migrations_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    assert _is_migrated(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    before = inspect(engine).get_table_names()
    migrate(engine)
    assert inspect(engine).get_table_names() == before


@pytest.mark.parametrize(
    ("revision", "advice"),
    [
        ("0001", "export its products with that version"),
        ("0009", "export its products with that version"),
        ("2031_points", "made by a newer version of the shop"),
    ],
)
def test_a_database_of_another_version_is_refused_with_what_to_do(engine: Engine, revision: str, advice: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    with pytest.raises(DatabaseVersionError, match=advice):
        migrate(engine)


def test_a_reader_sees_the_catalogue_of_one_moment_whatever_is_written_meanwhile(engine: Engine) -> None:
    with Session(engine) as writer, Session(for_reading(engine)) as reader:
        before = catalogue_stamp(reader)
        make_product(writer)
        writer.commit()
        assert catalogue_stamp(reader) == before
        assert count_published(reader) == 0
        reader.rollback()
        assert count_published(reader) == 1


def test_the_sample_is_listed_and_advised_by_the_same_rules(engine: Engine, ruleset: Ruleset) -> None:
    answers = AnswersFactory.build(budget="low")
    advice = advise(answers, ruleset)
    with Session(engine) as session:
        count = load_sample(session, ruleset)
        session.commit()
        page = listing(session, Filters({Facet.FORM: ("citrate",)}), sort=Sort.PRICE_PER_100MG, language="nl")
        assert page
        assert page.total == page.found.count(Facet.FORM, "citrate") > 0
        assert listing(session, page=-(-count // 24) + 1, language="nl") is None
        first = page.products[0]
        assert product_by_slug(session, first.slug) is first
        found = [
            (suggestion.form, suggestion.product.sku)
            for suggestion in suggest_products(session, answers, advice, budget_bands(session)).products
        ]
        expected = [
            (ranked.form.id, sku)
            for ranked in advice.forms
            for sku in cheapest_three(session, ranked.form.id, budget_bands(session).low)
        ]
    assert len(found) == 15
    assert found == expected


def cheapest_three(session: Session, form: str, cost_limit: int) -> list[str]:
    """The selection of products for an advice, repeated in plain Python."""
    fitting = [
        product
        for product in session.scalars(select(Product).options(selectinload(Product.tags)))
        if product.in_stock
        and product.magnesium_ug <= 200_000
        and product.tenth_cents_per_day <= cost_limit
        and any(tag.form == form and tag.counts_as_form for tag in product.tags)
    ]
    fitting.sort(key=lambda product: (product.tenth_cents_per_100mg, product.sku))
    return [product.sku for product in fitting[:3]]


def test_a_migration_that_is_killed_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    dying = open_engine(url)

    @event.listens_for(dying, "before_cursor_execute")
    def die(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().startswith("CREATE INDEX"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate(dying)
    dying.dispose()
    again = open_engine(url)
    assert not _is_migrated(again)
    migrate(again)
    assert _is_migrated(again)
    again.dispose()


@pytest.mark.parametrize("fault", [{"price_cents": 0}, {"stock": -1}, {"units_per_day": 0}, {"net_quantity": 0}])
def test_the_database_itself_refuses_impossible_numbers(fault: dict[str, Any], session: Session) -> None:
    make_product(session)
    with pytest.raises(IntegrityError):
        session.execute(update(Product).values(**fault))
