"""Availability of products as the orders' store finds it: written only when the last pack goes or comes back.

So a sale changes nothing in the catalogue, and cached pages stay, until a page would say something that is not so.
"""

from collections.abc import Mapping

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from catalog.edits.store import begin_writing
from catalog.models import Product, table_of
from catalog.search.documents import search_documents
from catalog.search.update import index_products


def set_sold_out(session: Session, sold_out: Mapping[int, bool]) -> list[int]:
    """Mark products as sold out or not, pages and index with them; returns the ids that differed."""
    changed = _differing(session, sold_out)
    if not changed:
        return []
    begin_writing(session)
    changed = _differing(session, sold_out)
    before = list(search_documents(session, changed))
    table = table_of(Product)
    statement = update(table).where(table.c.id == bindparam("key")).values(sold_out=bindparam("mark"))
    if changed:
        session.connection().execute(statement, [{"key": id_, "mark": sold_out[id_]} for id_ in changed])
    index_products(session, before, list(search_documents(session, changed)))
    session.expire_all()
    return changed


def _differing(session: Session, sold_out: Mapping[int, bool]) -> list[int]:
    query = select(Product.id, Product.sold_out).where(Product.id.in_(sorted(sold_out))).order_by(Product.id)
    return [id_ for id_, marked in session.execute(query) if marked != sold_out[id_]]
