"""Recording of events in the log of people, each with the device and the network of its request."""

from sqlalchemy.orm import Session

from catalog.accounts.people_log import record_event, remove_old_events
from catalog.models import PeopleEventKind
from shop.admin.origin import origin_of_request
from shop.admin.session import current_user
from shop.web.database import get_session
from shop.web.services import now, services


def log_event(kind: PeopleEventKind, *, about: str = "", detail: str = "", who: str | None = None) -> None:
    """Record an event in the transaction of this request; without `who` the signed-in user did it."""
    _record(get_session(), kind, about, detail, who)


def log_event_now(kind: PeopleEventKind, *, detail: str = "") -> None:
    """Record what a request does that only reads, in a transaction of its own. Commits."""
    with Session(services().databases.writing) as session:
        _record(session, kind, "", detail, None)
        session.commit()


def log_sign_in(email: str) -> None:
    """Record that somebody came in, and remove the events that are kept no longer."""
    log_event(PeopleEventKind.SIGNED_IN, who=email, about=email)
    remove_old_events(get_session(), now(), services().settings.audit_days)


def _record(session: Session, kind: PeopleEventKind, about: str, detail: str, who: str | None) -> None:
    user = current_user() if who is None else None
    origin = origin_of_request()
    record_event(
        session,
        kind,
        now(),
        who=(user.email if user else "") if who is None else who,
        about=about,
        detail=detail,
        device=origin.device,
        network=origin.network,
    )
