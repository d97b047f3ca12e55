"""Queue of imports for the worker: one runs at a time, with its progress, and can be cancelled.

It lies beside the outbox in the orders' store, since SQLite lets nobody write to the catalogue while an import does.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.orders.models import ImportOutcome, ImportRun

ALIVE = timedelta(seconds=60)
"""The time after its last beat at which a run counts as left behind by a killed process."""
MOST_ATTEMPTS = 3


def ask(session: Session, run: ImportRun) -> None:
    """Add a run to the queue, in place of an earlier one that has ended; one that has not ended stays as it is."""
    earlier = session.get(ImportRun, run.upload_id, with_for_update=True)
    if earlier is None or earlier.ended_at is not None:
        session.merge(run)


def run_of(session: Session, upload_id: int, since: datetime | None = None) -> ImportRun | None:
    """The run of an upload; `since` leaves out that of an earlier upload with the same id."""
    run = session.get(ImportRun, upload_id)
    return None if run is None or (since is not None and run.asked_at < since) else run


def open_runs(session: Session) -> list[ImportRun]:
    """The runs that have not ended, in the order in which they were asked for."""
    query = select(ImportRun).where(ImportRun.ended_at.is_(None)).order_by(ImportRun.asked_at, ImportRun.upload_id)
    return list(session.scalars(query))


def last_ended(session: Session, most: int) -> list[ImportRun]:
    """The runs that ended last, the latest first, without those that only made a plan."""
    query = select(ImportRun).where(ImportRun.ended_at.is_not(None), ImportRun.outcome != ImportOutcome.PLANNED)
    return list(session.scalars(query.order_by(ImportRun.ended_at.desc(), ImportRun.upload_id).limit(most)))


def claim(session: Session, now: datetime) -> ImportRun | None:
    """The run whose turn it is, unless a process is at one; the caller commits before it works."""
    query = select(ImportRun).where(ImportRun.ended_at.is_(None)).order_by(ImportRun.asked_at, ImportRun.upload_id)
    runs = list(session.scalars(query.with_for_update()))
    if any(run.beat_at is not None and run.beat_at > now - ALIVE for run in runs):
        return None
    for run in runs:
        if run.is_cancelled:
            end(run, ImportOutcome.CANCELLED, now)
        elif run.attempts >= MOST_ATTEMPTS:
            end(run, ImportOutcome.FAILED, now)
        else:
            run.attempts, run.beat_at = run.attempts + 1, now
            return run
    return None


def beat(session: Session, upload_id: int, done: int, rows: int, now: datetime) -> bool:
    """Note that a run goes on, and how far it is; whether it shall stop."""
    run = session.get_one(ImportRun, upload_id)
    run.done, run.rows, run.beat_at = done, rows, now
    return run.is_cancelled


def cancel(session: Session, upload_id: int, now: datetime) -> None:
    """Cancel a run: at once when it waits, else as soon as its process sees it."""
    run = session.get(ImportRun, upload_id, with_for_update=True)
    if run is not None and run.ended_at is None:
        run.is_cancelled = True
        if run.beat_at is None:
            end(run, ImportOutcome.CANCELLED, now)


def end(run: ImportRun, outcome: ImportOutcome, now: datetime, detail: str = "") -> None:
    """Take a run out of the queue; `detail` is JSON whose kind depends on the outcome."""
    run.outcome, run.detail, run.ended_at, run.beat_at = outcome, detail, now, None
