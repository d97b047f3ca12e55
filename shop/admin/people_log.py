"""The log of people: searched by owners, and exported."""

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, request, send_file, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from catalog.accounts.people_log import LogFilter, all_events, events_page
from catalog.exchange.formula_guard import guarded, on_one_line
from catalog.models import PeopleEvent, PeopleEventKind, Role
from shop.admin.account_words import role_name
from shop.admin.blueprint import bp
from shop.admin.people_events import log_event_now
from shop.admin.permissions import requires
from shop.admin.products.request import whole_number
from shop.web.database import get_session
from shop.web.forms import ShopForm, render_form
from shop.web.i18n import gettext, ngettext
from shop.web.i18n import lazy_gettext as _
from shop.web.services import services

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MOST_PAGES = 10_000
COLUMNS = ("at", "event", "who", "about", "detail", "device", "network")
EVENTS = {
    PeopleEventKind.SIGNED_IN: _("signed in"),
    PeopleEventKind.SIGN_IN_FAILED: _("failed to sign in"),
    PeopleEventKind.PROOF_FAILED: _("wrong password or code while signed in"),
    PeopleEventKind.SIGNED_OUT: _("signed out"),
    PeopleEventKind.SESSIONS_ENDED: _("sessions ended"),
    PeopleEventKind.INVITED: _("invited"),
    PeopleEventKind.UNINVITED: _("invitation withdrawn"),
    PeopleEventKind.JOINED: _("account made"),
    PeopleEventKind.ROLE_CHANGED: _("role changed"),
    PeopleEventKind.DEACTIVATED: _("account deactivated"),
    PeopleEventKind.REACTIVATED: _("account let in again"),
    PeopleEventKind.PASSWORD_CHANGED: _("password changed"),
    PeopleEventKind.RESET_MADE: _("link for a new password made"),
    PeopleEventKind.RESET_MAILED: _("link for a new password mailed"),
    PeopleEventKind.RESET_USED: _("link for a new password used"),
    PeopleEventKind.UNLOCKED: _("account unlocked"),
    PeopleEventKind.FACTOR_ON: _("second factor switched on"),
    PeopleEventKind.FACTOR_OFF: _("second factor switched off"),
    PeopleEventKind.PASSKEY_ADDED: _("passkey added"),
    PeopleEventKind.PASSKEY_REMOVED: _("passkey removed"),
    PeopleEventKind.FACTOR_REQUIRED: _("second factor required of roles"),
    PeopleEventKind.NEW_CODES: _("new recovery codes made"),
    PeopleEventKind.EXPORTED: _("catalogue exported"),
    PeopleEventKind.LOG_EXPORTED: _("log of people exported"),
    PeopleEventKind.ORDERS_LISTED: _("list of orders seen"),
    PeopleEventKind.ORDER_VIEWED: _("order seen"),
    PeopleEventKind.REVIEWED: _("rule or note reviewed"),
    PeopleEventKind.ORDERS_EXPORTED: _("sums of orders exported"),
}


class PeopleLogForm(ShopForm):
    """The events that are looked for."""

    class Meta(ShopForm.Meta):
        csrf = False  # a search that changes nothing

    person = StringField(_("Person (part of the address)"), [Length(max=254)])
    kind = SelectField(_("Event"), choices=())
    since = DateField(_("From"), [Optional()])
    until = DateField(_("Up to and including"), [Optional()])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [("", gettext("all events")), *((kind.value, str(name)) for kind, name in EVENTS.items())]

    def filter(self) -> LogFilter:
        """The filter of a form that is in order."""
        person = (self.person.data or "").strip()
        return LogFilter(
            person=person if person.isprintable() else "",
            kind=PeopleEventKind(self.kind.data) if self.kind.data else None,
            since=_begin_of(self.since.data),
            before=_begin_of(self.until.data, later=1),
        )


def _begin_of(day: date | None, *, later: int = 0) -> datetime | None:
    """The first moment of a day in the Netherlands, or of a later one; None for days beyond the calendar."""
    try:
        return datetime.combine(day + timedelta(days=later), time(), AMSTERDAM).astimezone(UTC) if day else None
    except OverflowError:
        return None


def _form() -> PeopleLogForm:
    """The form as the address fills it in; an event that is not named is any."""
    return PeopleLogForm(formdata=MultiDict({"kind": "", **request.args.to_dict()}))


def _asked(form: PeopleLogForm) -> dict[str, Any]:
    """The fields of the form that the address fills in, for another address."""
    return {name: value for name, value in request.args.items() if name in form and value}


@bp.get("/people-log")
@requires("people.view")
def people_log() -> Response:
    """Events, newest first; a wrong date is said at its field."""
    form = _form()
    right = form.validate()
    page = min(max(whole_number(request.args.get("page", ""), 1), 1), MOST_PAGES)
    events, more = events_page(get_session(), form.filter(), page) if right else ((), False)
    days = services().settings.audit_days
    kept = ngettext("Events are kept for %(num)d day.", "Events are kept for %(num)d days.", days)
    asked = _asked(form)

    def address(number: int) -> str:
        return url_for("admin.people_log", page=number, **asked)

    return render_form(
        "admin/people_log.html",
        form,
        events=events,
        event_names=EVENTS,
        detail_of=detail_of,
        kept=kept,
        page=page,
        newer=address(page - 1) if page > 1 else None,
        older=address(page + 1) if more else None,
        export=url_for("admin.export_people_log", **asked),
    )


@bp.get("/people-log/csv")
@requires("people.view")
def export_people_log() -> Response:
    """The events that were looked for, as CSV; moments in UTC."""
    form = _form()
    if not form.validate():
        return redirect(url_for("admin.people_log", **_asked(form)), HTTPStatus.SEE_OTHER)
    log_event_now(PeopleEventKind.LOG_EXPORTED)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for event in all_events(get_session(), form.filter()):
        cells = (event.at.isoformat(), event.kind, event.who, event.about, event.detail, event.device, event.network)
        writer.writerow([guarded(on_one_line(cell)) for cell in cells])
    file = io.BytesIO(text.getvalue().encode())
    return send_file(file, "text/csv", as_attachment=True, download_name="people.csv")


def detail_of(event: PeopleEvent) -> str:
    """The detail of an event in words of the language of the page."""
    words = {role.value: role_name(role) for role in Role}
    words |= {"password": gettext("password"), "code": gettext("code")}
    return " ".join(words.get(word, word) for word in event.detail.split())
