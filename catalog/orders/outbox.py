"""Outbox: work for after a commit, written in the same transaction, claimed by workers, done at least once.

A handler may run twice after a killed worker, so each is written to do the same thing again without harm.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, delete, extract, func, or_, select, update
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in, insert_new
from catalog.models import table_of
from catalog.orders.models import (
    Document,
    Job,
    OrdersBase,
    OutboxSum,
    Payment,
    Purchase,
    PurchaseEvent,
    RecallNotice,
    Refund,
    RestockWish,
    Shipment,
    Withdrawal,
)

CLAIM = timedelta(minutes=2)
"""The time after which a claimed job counts as left behind by a killed worker."""
MOST_ATTEMPTS = 12
_SECONDS = (10, 20, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 21600)
"""The wait after each failed attempt."""
OVERDUE = timedelta(minutes=5)
NOBODY = 0
"""The row of a job that is about none and so does nothing."""

_OWNERS: Mapping[str, type[OrdersBase]] = {
    "start_payment": Payment,
    "see_payment": Payment,
    "send_refund": Refund,
    "mail_refund": Refund,
    "mail_withdrawal": Withdrawal,
    "mail_shipment": Shipment,
    "mail_tracking": Shipment,
    "mail_shipment_undone": Shipment,
    "mail_confirmation_again": PurchaseEvent,
    "mail_return_decided": PurchaseEvent,
    "mail_recall": RecallNotice,
    "make_pdf": Document,
    "mail_restock_question": RestockWish,
    "mail_restocked": RestockWish,
}
"""The table of the row that a job is about, by kind; of the others it is the order itself."""


def is_about_order(kind: str) -> bool:
    """Whether a job of this kind is about an order."""
    return kind != "mail_low_stock" and owner_of(kind) is not RestockWish


def owner_of(kind: str) -> type[OrdersBase]:
    """The table of the row that a job of this kind is about."""
    return _OWNERS.get(kind, Purchase)


class Waiting(Struct, frozen=True):
    """The state of the outbox: jobs not done, the age of the oldest due one, and jobs given up."""

    waiting: int
    failed: int
    oldest_due: datetime | None

    def is_late(self, now: datetime) -> bool:
        """Whether somebody should look: a job is overdue or given up."""
        return self.failed > 0 or (self.oldest_due is not None and self.oldest_due < now - OVERDUE)


class NewJob(Struct, frozen=True):
    """A job to add: its kind, the row that it is about, and when it is due. The same key is added once, ever."""

    kind: str
    row_id: int
    due_at: datetime
    key: str = ""


def enqueue(session: Session, kind: str, row_id: int, due_at: datetime, *, key: str = "") -> None:
    """Add a job in this session's transaction; one with the same key is added once, ever."""
    enqueue_all(session, [NewJob(kind, row_id, due_at, key)])


def enqueue_all(session: Session, jobs: Sequence[NewJob]) -> None:
    """Add jobs by one statement."""
    rows = [
        {"kind": job.kind, "key": job.key or f"{job.kind}:{job.row_id}", "row_id": job.row_id, "due_at": job.due_at}
        for job in jobs
    ]
    insert_new(session, table_of(Job), rows)


def _due(now: datetime) -> list[ColumnElement[bool]]:
    return [
        Job.done_at.is_(None),
        Job.failed_at.is_(None),
        Job.due_at <= now,
        or_(Job.claimed_until.is_(None), Job.claimed_until < now),
    ]


def has_due(session: Session, now: datetime) -> bool:
    """Whether a job waits; only read, so that an idle worker holds nobody up."""
    return session.scalar(select(Job.id).where(*_due(now)).limit(1)) is not None


def claim(session: Session, now: datetime) -> Job | None:
    """The next due job, claimed for CLAIM; the caller commits before it works."""
    query = select(Job).where(*_due(now)).order_by(Job.due_at, Job.id).limit(1).with_for_update(skip_locked=True)
    job = session.scalars(query).first()
    if job is not None:
        job.claimed_until, job.attempts = now + CLAIM, job.attempts + 1
    return job


def finish(session: Session, job_id: int, now: datetime) -> None:
    """Mark a job as done."""
    job = session.get_one(Job, job_id)
    job.done_at, job.claimed_until, job.error = now, None, ""


def postpone(session: Session, job_id: int, error: str, now: datetime) -> bool:
    """Plan a failed job again, later each time; after the last attempt it is given up and shown to staff.

    Returns whether it is given up.
    """
    job = session.get_one(Job, job_id)
    job.error, job.claimed_until = error, None
    if job.attempts >= MOST_ATTEMPTS:
        job.failed_at = now
    else:
        job.due_at = now + timedelta(seconds=_SECONDS[min(job.attempts, len(_SECONDS)) - 1])
    return job.failed_at is not None


def waiting(session: Session, now: datetime) -> Waiting:
    """The state of the outbox at a moment."""
    open_ = Job.done_at.is_(None) & Job.failed_at.is_(None)
    count, oldest = session.execute(
        select(func.count(), func.min(Job.due_at).filter(Job.due_at <= now)).where(open_)
    ).one()
    given_up = Job.done_at.is_(None) & Job.failed_at.is_not(None)
    failed = session.scalar(select(func.count()).where(given_up)) or 0
    return Waiting(count, failed, oldest)


def given_up(session: Session, most: int) -> list[Job]:
    """The jobs that were given up, the last ones first."""
    query = select(Job).where(Job.done_at.is_(None), Job.failed_at.is_not(None))
    return list(session.scalars(query.order_by(Job.failed_at.desc(), Job.id).limit(most)))


def try_again(session: Session, job_id: int, now: datetime) -> bool:
    """Plan a job that was given up once more, with all its attempts. Returns whether it was given up."""
    job = session.get(Job, job_id, with_for_update=True)
    if job is None or job.failed_at is None or job.done_at is not None:
        return False
    job.failed_at, job.attempts, job.due_at, job.claimed_until = None, 0, now, None
    return True


MOST_FORGOTTEN = 5000


def forget_done(session: Session, before: datetime) -> int:
    """Delete jobs that were done before a moment, some at a time, and add them to the sums of their months.

    A job that is written once more afterwards does the same again without harm. Returns how many were deleted.
    """
    old = select(Job.id, Job.kind, Job.done_at).where(Job.done_at < before)
    rows = session.execute(old.order_by(Job.done_at).limit(MOST_FORGOTTEN)).all()
    sums = Counter((done_at.date().replace(day=1), kind) for _id, kind, done_at in rows if done_at is not None)
    table = table_of(OutboxSum)
    insert_new(session, table, [{"month": month, "kind": kind, "jobs": 0} for month, kind in sums])
    for (month, kind), jobs in sums.items():
        own = (table.c.month == month, table.c.kind == kind)
        session.execute(update(table).where(*own).values(jobs=table.c.jobs + jobs))
    session.execute(delete(Job).where(column_in(session, Job.id, [row[0] for row in rows])))
    return len(rows)


def has_done_before(session: Session, before: datetime) -> bool:
    """Whether jobs are to be deleted; only read."""
    return session.scalar(select(Job.id).where(Job.done_at < before).limit(1)) is not None


def done_by_month(session: Session) -> dict[date, dict[str, int]]:
    """The jobs done in each month by kind, deleted ones included, the newest month first."""
    sums: dict[date, Counter[str]] = {}
    for one in session.scalars(select(OutboxSum)):
        sums.setdefault(one.month, Counter())[one.kind] += one.jobs
    year, month = extract("year", Job.done_at), extract("month", Job.done_at)
    rows = select(year, month, Job.kind, func.count()).where(Job.done_at.is_not(None))
    for of_year, of_month, kind, jobs in session.execute(rows.group_by(year, month, Job.kind)):
        sums.setdefault(date(int(of_year), int(of_month), 1), Counter())[kind] += jobs
    return {first: dict(sorted(sums[first].items())) for first in sorted(sums, reverse=True)}
