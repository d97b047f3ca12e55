"""Bulk changes: applied to exactly the previewed products, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from threading import Barrier

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from catalog.db.engine import for_writing
from catalog.edits.bulk import Planner, SelectionChangedError, apply, digest_of
from catalog.edits.bulk_actions import PriceChange
from catalog.models import PricePoint, Product
from catalog.queries.admin import Filter, chosen_versions
from recommend.knowledge import Ruleset
from tests.factories import AuthorFactory, make_product
from tests.queries import counted


def test_a_reduction_that_is_confirmed_twice_at_once_is_made_once(engine: Engine, ruleset: Ruleset) -> None:
    with Session(for_writing(engine)) as session:
        make_product(session, price_cents=1000)
        session.commit()
        shown = digest_of(chosen_versions(session, Filter()))
    together = Barrier(2)

    def confirm(_press: int) -> bool:
        with Session(for_writing(engine)) as session:
            together.wait()
            action, author = PriceChange(Decimal(-10)), AuthorFactory.build()
            try:
                apply(session, Filter(), action, shown=shown, author=author, label="-10", ruleset=ruleset)
            except SelectionChangedError:
                return False
            session.commit()
            return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(confirm, range(2))) == [False, True]
    with Session(engine) as session:
        assert session.scalars(select(Product.price_cents)).one() == 900


def _reduced_products(session: Session, number: int) -> None:
    for _ in range(number):
        make_product(session, price_cents=1000)
    session.execute(update(PricePoint).values(at=datetime(2026, 1, 1, tzinfo=UTC)))
    session.execute(update(Product).values(reduced=True))
    session.commit()


def test_a_preview_of_reduced_products_asks_no_more_the_more_there_are(engine: Engine, ruleset: Ruleset) -> None:
    asked = []
    for number in (2, 8):
        with Session(engine) as session:
            _reduced_products(session, number)
            versions = chosen_versions(session, Filter())
            planner = Planner(session, PriceChange(Decimal(-10)), AuthorFactory.build(), ruleset)
            with counted(engine) as sent:
                planned = list(planner.plan(versions))
        assert all(each.changes for each in planned)
        asked.append(len(sent))
    assert asked[0] == asked[1]


def test_a_reduction_that_is_none_is_refused_beside_one_that_is(engine: Engine, ruleset: Ruleset) -> None:
    with Session(engine) as session:
        _reduced_products(session, 1)
        young = make_product(session, price_cents=1000).id
        session.execute(update(Product).values(reduced=True))
        session.commit()
        planner = Planner(session, PriceChange(Decimal(-10)), AuthorFactory.build(), ruleset)
        planned = {each.product_id: each for each in planner.plan(chosen_versions(session, Filter()))}
    assert [problem.code for problem in planned[young].problems] == ["too-young-for-reduction"]
    assert [each.product_id for each in planned.values() if each.changes] == [id_ for id_ in planned if id_ != young]
