"""Changes of products at a moment to come: planned now, checked now and then, made as edits of exactly that moment."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.edits.products import product_to_edit, save_product
from catalog.edits.store import begin_writing
from catalog.models import Change, How, PlannedChange, PlannedEnd, PlannedKind, Status
from catalog.product_problems import RefusedError
from catalog.product_state import ProductState, state_of_product
from catalog.queries.planned import next_due
from recommend.knowledge import Ruleset
from recommend.text import Text

LONGEST_AHEAD = timedelta(days=731)
MOST_AT_ONCE = 500
OTHER_PRICE = Text(
    "Iemand heeft de prijs intussen gewijzigd, dus die is zo gelaten.",
    "Somebody changed the price meanwhile, so it was left as it is.",
)
NOT_ON_SALE = Text("Het product was toen niet openbaar.", "The product was not public then.")


class PlanRefusal(StrEnum):
    """The reason why a plan is not taken."""

    PAST = "past"
    FAR = "far"
    """More than two years ahead."""
    ENDS_FAR = "ends_far"
    ORDER = "order"
    """The end is not after the begin."""
    NOT_LOWER = "not_lower"
    NOT_ON_SALE = "not_on_sale"
    ALREADY_SO = "already_so"
    ALREADY_PLANNED = "already_planned"


class PlanError(Exception):
    """A plan that cannot be made."""

    def __init__(self, refusal: PlanRefusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.value)


class Reduction(Struct, frozen=True):
    """A reduction from one moment to another, after which the price is what it is today."""

    cents: int
    begins: datetime
    ends: datetime


def plan_status(
    session: Session, product_id: int, kind: PlannedKind, due_at: datetime, *, author: Author, ruleset: Ruleset
) -> None:
    """Plan that a product is published or archived. Raises PlanError, and RefusedError for what publishing refuses."""
    begin_writing(session)
    _require_ahead(due_at, author.at)
    state = state_of_product(product_to_edit(session, product_id))
    wanted = _with_status(state, kind)
    if wanted == state:
        raise PlanError(PlanRefusal.ALREADY_SO)
    _require_none(session, product_id, kind)
    _try(session, product_id, wanted, msgspec.structs.replace(author, at=due_at), ruleset)
    session.add(_planned(product_id, kind, due_at, author))
    session.flush()


def plan_reduction(
    session: Session, product_id: int, reduction: Reduction, *, author: Author, ruleset: Ruleset
) -> None:
    """Plan the begin and the end of a reduction.

    Raises PlanError, and RefusedError for one that the prices of the 30 days before its begin make false.
    """
    begin_writing(session)
    _require_ahead(reduction.begins, author.at)
    if reduction.ends <= reduction.begins:
        raise PlanError(PlanRefusal.ORDER)
    if reduction.ends > author.at + LONGEST_AHEAD:
        raise PlanError(PlanRefusal.ENDS_FAR)
    state = state_of_product(product_to_edit(session, product_id))
    if state.status is not Status.PUBLISHED:
        raise PlanError(PlanRefusal.NOT_ON_SALE)
    if not 0 < reduction.cents < state.price_cents:
        raise PlanError(PlanRefusal.NOT_LOWER)
    _require_none(session, product_id, PlannedKind.PRICE)
    reduced = msgspec.structs.replace(state, price_cents=reduction.cents, reduced=True)
    _try(session, product_id, reduced, msgspec.structs.replace(author, at=reduction.begins), ruleset)
    begin = _planned(product_id, PlannedKind.PRICE, reduction.begins, author)
    begin.price_cents, begin.reduced, begin.expected_cents = reduction.cents, True, state.price_cents
    session.add(begin)
    session.flush()
    end = _planned(product_id, PlannedKind.PRICE, reduction.ends, author)
    end.price_cents, end.expected_cents, end.begins_id = state.price_cents, reduction.cents, begin.id
    session.add(end)
    session.flush()


def cancel_planned(session: Session, planned_id: int, author: Author) -> bool:
    """End a plan before its moment; whether it was still open.

    Begin and end of a reduction go together: a reduction without its end would never be over. Once it has begun, its
    end may be cancelled alone.
    """
    begin_writing(session)
    planned = session.get(PlannedChange, planned_id, populate_existing=True)
    if planned is None or planned.ended is not None:
        return False
    begin = session.get(PlannedChange, planned.begins_id, populate_existing=True) if planned.begins_id else None
    cancelled = planned if begin is None or begin.ended is not None else begin
    _end(session, cancelled, PlannedEnd.CANCELLED, author.at, author.who)
    return True


def make_due_changes(session: Session, now: datetime, ruleset: Ruleset) -> int:
    """Make all changes whose moment has come, in its order; returns their number. What is refused is noted as failed.

    Each has the author who planned it and the moment that was planned, unless the product was edited after that.
    """
    first = next_due(session)
    if first is None or first > now:  # another process made them
        return 0
    begin_writing(session)
    due = select(PlannedChange.id).where(PlannedChange.ended.is_(None), PlannedChange.due_at <= now)
    ids = session.scalars(due.order_by(PlannedChange.due_at, PlannedChange.id).limit(MOST_AT_ONCE)).all()
    for planned_id in ids:
        _make(session, planned_id, now, ruleset)
    return len(ids)


def _make(session: Session, planned_id: int, now: datetime, ruleset: Ruleset) -> None:
    planned = session.get_one(PlannedChange, planned_id, populate_existing=True)
    if planned.ended is not None:  # the end of a reduction that failed a moment ago
        return
    product = product_to_edit(session, planned.product_id)
    state = state_of_product(product)
    if planned.expected_cents not in (None, state.price_cents):
        _fail(session, planned, now, OTHER_PRICE)
    elif planned.reduced and state.status is not Status.PUBLISHED:
        _fail(session, planned, now, NOT_ON_SALE)
    else:
        at = _moment(session, planned, now)
        author = Author(who=planned.planned_by, how=How.PLANNED, at=at)
        trial = session.begin_nested()
        try:
            then = _state_then(state, planned)
            save_product(session, product.id, product.version, then, author=author, ruleset=ruleset)
        except RefusedError as error:
            trial.rollback()
            problems = error.problems
            texts = Text(*("; ".join(one.text(language) for one in problems) for language in ("nl", "en")))
            _fail(session, session.get_one(PlannedChange, planned_id), now, texts)
        else:
            trial.commit()
            _end(session, session.get_one(PlannedChange, planned_id), PlannedEnd.DONE, now)


def _moment(session: Session, planned: PlannedChange, now: datetime) -> datetime:
    """The planned moment; the present one when the product was edited since, so that its history stays in order."""
    last = session.scalar(select(func.max(Change.at)).where(Change.product_id == planned.product_id))
    return planned.due_at if last is None or last < planned.due_at else now


def _state_then(state: ProductState, planned: PlannedChange) -> ProductState:
    if planned.kind is PlannedKind.PRICE:
        return msgspec.structs.replace(state, price_cents=planned.price_cents or 0, reduced=planned.reduced)
    return _with_status(state, planned.kind)


def _with_status(state: ProductState, kind: PlannedKind) -> ProductState:
    status = Status.PUBLISHED if kind is PlannedKind.PUBLISH else Status.ARCHIVED
    return msgspec.structs.replace(state, status=status)


def _planned(product_id: int, kind: PlannedKind, due_at: datetime, author: Author) -> PlannedChange:
    return PlannedChange(
        product_id=product_id, kind=kind, due_at=due_at, reduced=False, planned_by=author.who, planned_at=author.at
    )


def _require_ahead(moment: datetime, now: datetime) -> None:
    if moment <= now:
        raise PlanError(PlanRefusal.PAST)
    if moment > now + LONGEST_AHEAD:
        raise PlanError(PlanRefusal.FAR)


def _require_none(session: Session, product_id: int, kind: PlannedKind) -> None:
    """Raise PlanError where a plan of this kind is open already."""
    query = select(PlannedChange.id).where(
        PlannedChange.product_id == product_id, PlannedChange.ended.is_(None), PlannedChange.kind == kind
    )
    if session.scalar(query.limit(1)) is not None:
        raise PlanError(PlanRefusal.ALREADY_PLANNED)


def _try(session: Session, product_id: int, state: ProductState, author: Author, ruleset: Ruleset) -> None:
    """Save the product as it would be then, and take that back. Raises RefusedError."""
    trial = session.begin_nested()
    try:
        version = product_to_edit(session, product_id).version
        save_product(session, product_id, version, state, author=author, ruleset=ruleset)
    finally:
        trial.rollback()


def _fail(session: Session, planned: PlannedChange, now: datetime, why: Text) -> None:
    planned.problem_nl, planned.problem_en = why.nl, why.en
    _end(session, planned, PlannedEnd.FAILED, now)


def _end(session: Session, planned: PlannedChange, end: PlannedEnd, at: datetime, who: str = "") -> None:
    """End a plan; one that was not carried out takes its own end along."""
    planned.ended, planned.ended_at, planned.ended_by = end, at, who
    session.flush()
    if end is not PlannedEnd.DONE:
        following = update(PlannedChange).where(PlannedChange.begins_id == planned.id, PlannedChange.ended.is_(None))
        session.execute(following.values(ended=PlannedEnd.CANCELLED, ended_at=at, ended_by=who))
