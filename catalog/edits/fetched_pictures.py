"""Addresses of pictures in imported files: waiting, and the pictures that were fetched from them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in
from catalog.edits.edit import Author
from catalog.edits.products import product_to_edit, save_product, store_picture
from catalog.edits.store import ConflictError
from catalog.edits.validation import LONGEST_ALT
from catalog.models import AddressState, How, PictureAddress, Product, ProductPicture, Status
from catalog.picture_fetching import Allowed, FetchRefusedError, fetch_picture
from catalog.pictures import read_picture
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import state_of_product
from recommend.knowledge import Ruleset


class WaitingAddress(Struct, frozen=True):
    """An address to fetch, with the SKU of its product and who imported it."""

    id: int
    product_id: int
    sku: str
    address: str
    who: str


def known_addresses(session: Session, product_ids: Iterable[int]) -> set[tuple[int, str]]:
    """The addresses of some thousands of products, whatever became of them, with the id of their product."""
    query = select(PictureAddress.product_id, PictureAddress.address)
    found = session.execute(query.where(column_in(session, PictureAddress.product_id, list(product_ids))))
    return {(row[0], row[1]) for row in found}


def queue_addresses(session: Session, addresses: Mapping[int, Sequence[str]], author: Author) -> None:
    """Let addresses wait, by the id of their product; those known already are left as they are."""
    known = known_addresses(session, addresses)
    for product_id, given in addresses.items():
        for address in dict.fromkeys(given):
            if (product_id, address) not in known:
                session.add(
                    PictureAddress(
                        product_id=product_id,
                        address=address,
                        at=author.at,
                        who=author.who,
                        state=AddressState.WAITING,
                    )
                )
    session.flush()


def waiting_addresses(session: Session, *, again: bool = False, limit: int | None = None) -> list[WaitingAddress]:
    """The addresses to fetch, at most so many, of products that are not archived; with `again` also refused ones."""
    states = [AddressState.WAITING, *([AddressState.REFUSED] if again else [])]
    query = (
        select(PictureAddress.id, PictureAddress.product_id, Product.sku, PictureAddress.address, PictureAddress.who)
        .join(Product, Product.id == PictureAddress.product_id)
        .where(PictureAddress.state.in_(states), Product.status != Status.ARCHIVED)
        .order_by(PictureAddress.id)
        .limit(limit)
    )
    return [WaitingAddress(*row) for row in session.execute(query)]


def addresses_of_product(session: Session, product_id: int) -> list[PictureAddress]:
    """The addresses of a product that have not become a picture, in the order of its file."""
    query = select(PictureAddress).where(
        PictureAddress.product_id == product_id, PictureAddress.state != AddressState.FETCHED
    )
    return list(session.scalars(query.order_by(PictureAddress.id)))


def add_fetched_picture(
    session: Session, waiting: WaitingAddress, content: bytes, at: datetime, rules: Ruleset
) -> None:
    """Add a picture behind the others of its product, described by the product's name until a person does better.

    Raises RefusedError, ConflictError and BusyError; nothing is written then.
    """
    picture, files = read_picture(content, "")
    with session.begin_nested():
        store_picture(session, files)
        product = product_to_edit(session, waiting.product_id)
        state = state_of_product(product)
        if picture.name in [each.name for each in state.pictures]:
            return
        names = (name[:LONGEST_ALT] for name in (state.name_nl, state.name_en))
        after = state.with_pictures([*state.pictures, ProductPicture(picture.name, *names)])
        author = Author(who=waiting.who, how=How.IMPORT, at=at, reason=waiting.address)
        save_product(session, product.id, product.version, after, author=author, ruleset=rules)


def record_address(session: Session, address_id: int, problem: ProductProblem | None, at: datetime) -> None:
    """Record that the picture of an address was added, or the problem that kept it out."""
    row = session.get_one(PictureAddress, address_id)
    row.state = AddressState.REFUSED if problem else AddressState.FETCHED
    row.reason = msgspec.json.encode(problem).decode() if problem else ""
    row.tried_at = at
    session.flush()


def fetch_waiting(
    session: Session,
    allowed: Allowed,
    ruleset: Ruleset,
    clock: Callable[[], datetime],
    *,
    again: bool = False,
    limit: int | None = None,
) -> Iterator[tuple[WaitingAddress, ProductProblem | None]]:
    """Fetch pictures one by one, each committed, and yield each address with the problem that kept its picture out."""
    for waiting in waiting_addresses(session, again=again, limit=limit):
        session.rollback()  # no transaction is open while a site answers
        yield waiting, _fetch(session, waiting, allowed, ruleset, clock())


def _fetch(
    session: Session, waiting: WaitingAddress, allowed: Allowed, ruleset: Ruleset, at: datetime
) -> ProductProblem | None:
    problem = None
    try:
        add_fetched_picture(session, waiting, fetch_picture(waiting.address, allowed), at, ruleset)
    except FetchRefusedError as error:
        problem = ProductProblem("picture", error.code, error.values)
    except RefusedError as error:
        problem = error.problems[0]
    except ConflictError:
        problem = ProductProblem("picture", "fetch-conflict")
    except NoResultFound:  # its addresses went with it
        session.rollback()
        return ProductProblem("picture", "fetch-gone")
    record_address(session, waiting.id, problem, at)
    session.commit()
    return problem


def reason_of(address: PictureAddress) -> ProductProblem | None:
    """The problem that kept a picture out; None while its address waits."""
    return msgspec.json.decode(address.reason, type=ProductProblem) if address.reason else None
