"""Log of people: who signed in, failed to, and changed who may do what. Rows are added and run out, nothing else."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from catalog.models import PeopleEvent, PeopleEventKind, PeopleLogState

PAGE = 50


class LogFilter(Struct, frozen=True):
    """The events that somebody looks for; what is empty does not limit them."""

    person: str = ""
    """A part of the e-mail address of either person of an event."""
    kind: PeopleEventKind | None = None
    since: datetime | None = None
    before: datetime | None = None


def record_event(
    session: Session,
    kind: PeopleEventKind,
    now: datetime,
    *,
    who: str = "",
    about: str = "",
    detail: str = "",
    device: str = "",
    network: str = "",
) -> None:
    """Add an event. `who` did it, empty for the command line or a stranger; `about` is the account concerned."""
    session.add(PeopleEvent(at=now, kind=kind, who=who, about=about, detail=detail, device=device, network=network))
    session.flush()


def remove_old_events(session: Session, now: datetime, days: int) -> None:
    """Delete the events that are older than a number of days, which the table allows for those alone."""
    oldest = now - timedelta(days=days)
    if session.scalar(select(PeopleEvent.id).where(PeopleEvent.at < oldest).limit(1)) is None:
        return
    session.execute(update(PeopleLogState).values(removable_before=oldest))
    session.execute(delete(PeopleEvent).where(PeopleEvent.at < oldest))


def events_page(session: Session, wanted: LogFilter, page: int) -> tuple[Sequence[PeopleEvent], bool]:
    """A page of events, newest first, and whether older ones follow."""
    rows = session.scalars(_matching(wanted).offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return rows[:PAGE], len(rows) > PAGE


def all_events(session: Session, wanted: LogFilter) -> Iterator[PeopleEvent]:
    """All events, newest first."""
    yield from session.scalars(_matching(wanted).execution_options(yield_per=1000))


def _matching(wanted: LogFilter) -> Select[PeopleEvent]:
    statement = select(PeopleEvent).order_by(PeopleEvent.at.desc(), PeopleEvent.id.desc())
    if wanted.person:
        part = wanted.person.lower()
        statement = statement.where(
            or_(PeopleEvent.who.contains(part, autoescape=True), PeopleEvent.about.contains(part, autoescape=True))
        )
    if wanted.kind is not None:
        statement = statement.where(PeopleEvent.kind == wanted.kind)
    if wanted.since is not None:
        statement = statement.where(PeopleEvent.at >= wanted.since)
    if wanted.before is not None:
        statement = statement.where(PeopleEvent.at < wanted.before)
    return statement
