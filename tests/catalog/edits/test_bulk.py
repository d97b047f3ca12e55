"""One change to many products: done to what was seen of them, once."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog.db.engine import for_writing
from catalog.edits.bulk import Action, SelectionChangedError, apply, digest_of
from catalog.models import Product
from catalog.queries.admin import Filter, chosen_versions
from recommend.knowledge import Ruleset
from tests.factories import AuthorFactory, make_product


def test_a_reduction_that_is_confirmed_twice_at_once_is_made_once(engine: Engine, ruleset: Ruleset) -> None:
    with Session(for_writing(engine)) as session:
        make_product(session, price_cents=1000)
        session.commit()
        shown = digest_of(chosen_versions(session, Filter()))
    together = Barrier(2)

    def confirm(_press: int) -> bool:
        with Session(for_writing(engine)) as session:
            together.wait()
            action, author = Action("price", Decimal(-10)), AuthorFactory.build()
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
