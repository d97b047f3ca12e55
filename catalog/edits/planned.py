"""Changes of products at a moment to come: planned now, checked now and then, made as edits of exactly that moment."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

import msgspec
from msgspec import Struct
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, aliased

from catalog.db.bulk import column_in
from catalog.edits.bulk import Planned, Planner, SelectionChangedError, Versions, digest_of
from catalog.edits.bulk_actions import PlannedReduction
from catalog.edits.edit import Author
from catalog.edits.products import DesiredState, change_all, product_to_edit, products_to_edit, save_product
from catalog.edits.store import begin_writing
from catalog.models import Change, How, PlannedChange, PlannedEnd, PlannedKind, Product, Status
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import ProductState, state_of_product
from catalog.queries.admin import Filter, chosen_versions
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
    require_period(reduction.begins, reduction.ends, author.at)
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


def previewed_reductions(
    session: Session, versions: Versions, action: PlannedReduction, author: Author, ruleset: Ruleset
) -> list[Planned]:
    """The plan of a reduction of many products, with the prices of the 30 days before its begin; read only."""
    at_begin = msgspec.structs.replace(author, at=action.begins)
    open_plans = _with_price_plan(session)
    planned = Planner(session, action, at_begin, ruleset).plan_all(versions)
    return [_if_reducible(each, open_plans) for each in planned]


def _if_reducible(planned: Planned, open_plans: Collection[int]) -> Planned:
    """The product, refused when it is not on sale, its price would not be lower, or its price has a plan already."""
    if planned.before.status is not Status.PUBLISHED:
        problem = ProductProblem("status", "not-public-for-reduction")
    elif planned.before == planned.after:
        problem = ProductProblem("price_cents", "not-lower")
    elif planned.product_id in open_plans:
        problem = ProductProblem("price_cents", "price-planned")
    else:
        return planned
    return msgspec.structs.replace(planned, problems=(problem,))


def _with_price_plan(session: Session) -> set[int]:
    open_plans = select(PlannedChange.product_id).where(
        PlannedChange.ended.is_(None), PlannedChange.kind == PlannedKind.PRICE
    )
    return set(session.scalars(open_plans))


def plan_reductions(
    session: Session,
    chosen: Sequence[int] | Filter,
    action: PlannedReduction,
    *,
    shown: str,
    author: Author,
    ruleset: Ruleset,
) -> int:
    """Plan begin and end of a reduction for all products that the preview does not refuse; returns their number.

    `shown` is the digest of the selection in the preview. Raises SelectionChangedError and PlanError.
    """
    begin_writing(session)
    require_period(action.begins, action.ends, author.at)
    versions = chosen_versions(session, chosen)
    if digest_of(versions) != shown:
        raise SelectionChangedError
    reduced = [each for each in previewed_reductions(session, versions, action, author, ruleset) if each.changes]
    begins = []
    for each in reduced:
        begin = _planned(each.product_id, PlannedKind.PRICE, action.begins, author)
        begin.price_cents, begin.reduced = each.after.price_cents, True
        begin.expected_cents = each.before.price_cents
        begins.append(begin)
    session.add_all(begins)
    session.flush()
    for begin in begins:
        end = _planned(begin.product_id, PlannedKind.PRICE, action.ends, author)
        end.price_cents, end.expected_cents, end.begins_id = begin.expected_cents, begin.price_cents, begin.id
        session.add(end)
    session.flush()
    return len(begins)


def cancel_planned_together(session: Session, planned_id: int, author: Author) -> int:
    """End all plans that were made in one step with this one and have not begun; returns the number of products."""
    begin_writing(session)
    planned = session.get(PlannedChange, planned_id, populate_existing=True)
    if planned is None:
        return 0
    together = (
        PlannedChange.planned_at == planned.planned_at,
        PlannedChange.planned_by == planned.planned_by,
        PlannedChange.ended.is_(None),
    )
    begun = aliased(PlannedChange)
    is_end_of_begun = PlannedChange.begins_id.in_(select(begun.id).where(begun.ended == PlannedEnd.DONE))
    ids = select(PlannedChange.product_id).where(*together, or_(PlannedChange.begins_id.is_(None), ~is_end_of_begun))
    products = set(session.scalars(ids))
    if products:
        values = {"ended": PlannedEnd.CANCELLED, "ended_at": author.at, "ended_by": author.who}
        waiting = update(PlannedChange).where(*together, column_in(session, PlannedChange.product_id, products))
        session.execute(waiting.values(values).execution_options(synchronize_session=False))
        session.expire_all()
    return len(products)


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
    due = select(PlannedChange.id, PlannedChange.due_at).where(
        PlannedChange.ended.is_(None), PlannedChange.due_at <= now
    )
    rows = session.execute(due.order_by(PlannedChange.due_at, PlannedChange.id).limit(MOST_AT_ONCE)).all()
    for _moment, same_moment in groupby(rows, key=lambda row: row.due_at):
        ids = [row.id for row in same_moment]
        made = _made_together(session, ids, now, ruleset)
        for planned_id in ids:
            if planned_id not in made:
                _make(session, planned_id, now, ruleset)
    return len(rows)


def _made_together(session: Session, ids: Sequence[int], now: datetime, ruleset: Ruleset) -> set[int]:
    """Make the price changes of one moment and author together, which takes a twentieth of the time; returns their ids.

    Those that an edit stands in the way of, and all when one of them is refused, are left for one at a time.
    """
    query = select(PlannedChange).where(column_in(session, PlannedChange.id, ids), PlannedChange.ended.is_(None))
    prices = [
        each
        for each in session.scalars(query.execution_options(populate_existing=True))
        if each.kind is PlannedKind.PRICE
    ]
    if len(prices) <= 1 or len({each.planned_by for each in prices}) > 1:
        return set()
    author = Author(who=prices[0].planned_by, how=How.PLANNED, at=prices[0].due_at)
    products = products_to_edit(session, [each.product_id for each in prices])
    last = _last_edits(session, list(products))
    fitting = [each for each in prices if _fits(each, products[each.product_id], last[each.product_id])]
    desired = [
        DesiredState(
            each.product_id,
            products[each.product_id].version,
            _state_then(state_of_product(products[each.product_id]), each),
        )
        for each in fitting
    ]
    trial = session.begin_nested()
    try:
        change_all(session, desired, author, ruleset)
    except RefusedError:
        trial.rollback()
        return set()
    trial.commit()
    made = {each.id for each in fitting}
    done = update(PlannedChange).where(column_in(session, PlannedChange.id, made))
    session.execute(done.values(ended=PlannedEnd.DONE, ended_at=now).execution_options(synchronize_session=False))
    session.expire_all()
    return made


def _last_edits(session: Session, product_ids: Sequence[int]) -> dict[int, datetime]:
    newest = select(Change.product_id, func.max(Change.at)).where(column_in(session, Change.product_id, product_ids))
    return {row[0]: row[1] for row in session.execute(newest.group_by(Change.product_id))}


def _fits(planned: PlannedChange, product: Product, last_edit: datetime) -> bool:
    """Whether nothing stands in the way of a price change at its own moment."""
    is_for_sale = product.status is Status.PUBLISHED or not planned.reduced
    return product.price_cents == planned.expected_cents and is_for_sale and last_edit < planned.due_at


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


def require_period(begins: datetime, ends: datetime, now: datetime) -> None:
    """Raise PlanError for a period that has begun, ends before it begins, or is more than two years ahead."""
    _require_ahead(begins, now)
    if ends <= begins:
        raise PlanError(PlanRefusal.ORDER)
    if ends > now + LONGEST_AHEAD:
        raise PlanError(PlanRefusal.ENDS_FAR)


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
