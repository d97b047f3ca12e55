"""History of one product, of all products and of batches: readable, undoable, never rewritten."""

from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from catalog.accounts.people import all_accounts
from catalog.edits.products import revalidate
from catalog.edits.store import ConflictError
from catalog.edits.undo import AlreadyUndoneError, Decision, OfBatch, OfPerson, Selection, changed_since
from catalog.edits.undo import undo as undo_changes
from catalog.edits.validation import HIGH_DOSE
from catalog.models import AcceptedWarning, Batch, How, Product
from catalog.product_problems import RefusedError
from catalog.product_state import FIELDS
from catalog.queries.admin import (
    ChangeFilter,
    acceptances_of,
    batches,
    latest_changes,
    prices_of,
    versions_of,
)
from catalog.queries.overrides import overrides_of
from shop.admin.account_words import ZONE
from shop.admin.blueprint import bp
from shop.admin.permissions import requires
from shop.admin.products.labels import said_of
from shop.admin.products.overrides import override_status_name
from shop.admin.products.request import LARGEST_ID, author_of_form, load, whole_number
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import gettext as _
from shop.web.services import today

MOST_PAGES = 10_000
LONGEST_WHO = 320
FIRST_YEAR, LAST_YEAR = 2000, 2999
DECISION, SEEN = "decision-", "seen-"
CARRIED = ("who", "from", "until", "reason")


@bp.get("/products/<int:product_id>/history")
@requires("product.view")
def product_history(product_id: int) -> str:
    """All versions of a product and its prices."""
    product = load(product_id)
    versions, pages = versions_of(get_session(), product_id, _page())
    if _page() > pages:
        abort(HTTPStatus.NOT_FOUND)
    return render_template(
        "admin/products/history.html",
        product=product,
        versions=versions,
        page=_page(),
        pages=pages,
        page_address=lambda number: url_for("admin.product_history", product_id=product_id, page=number),
        prices=prices_of(get_session(), product_id),
        acceptances=_acceptances(product),
        overrides=overrides_of(get_session(), product_id),
        status_name=override_status_name,
        ruleset=get_ruleset(),
    )


class Acceptance(Struct, frozen=True):
    """A reason with what it was given for: a sentence, or a daily portion in micrograms; neither when it is gone."""

    given: AcceptedWarning
    sentence: str = ""
    portion_ug: int = 0


def _acceptances(product: Product) -> list[Acceptance]:
    given = acceptances_of(get_session(), product.id)
    try:
        findings = revalidate(get_session(), product, get_ruleset(), today()).findings if given else ()
    except RefusedError:
        findings = ()
    sentences = {found.identity: found.finding.text.strip() for found in findings}
    return [
        Acceptance(
            each, sentences.get(each.finding, ""), whole_number(each.finding.removeprefix(HIGH_DOSE), 0, digits=9)
        )
        for each in given
    ]


class HistoryQuery(Struct, frozen=True):
    """The changes that an address asks for; `day` is the one day of both dates."""

    who: str = ""
    field: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def moments(self) -> tuple[datetime | None, datetime | None]:
        """The moments from which and before which, by the days of the Netherlands."""
        after = self.until + timedelta(days=1) if self.until else None
        begin, end = (datetime.combine(day, time(), ZONE) if day else None for day in (self.since, after))
        return begin, end

    @property
    def day(self) -> date | None:
        return self.since if self.since and self.since == self.until else None

    def query(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"who": self.who, "field": self.field, "from": self.since, "until": self.until}
        return {key: value for key, value in asked.items() if value}


def read_history_query(args: MultiDict[str, str]) -> HistoryQuery:
    """Read the address of a history; what it does not know is left out."""
    field = args.get("field", "")
    return HistoryQuery(
        who=" ".join(args.get("who", "").replace("\0", "").split())[:LONGEST_WHO],
        field=field if field in FIELDS else "",
        since=_day(args.get("from", "")),
        until=_day(args.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


@bp.get("/history")
@requires("product.view")
def history() -> str:
    """The changes of all products, narrowed as the address says, or those of one batch."""
    number = whole_number(request.args.get("batch", ""), -1, digits=9)
    batch = _batch(number) if number >= 0 else None
    wanted = read_history_query(request.args)
    begin, end = wanted.moments
    criteria = ChangeFilter(batch.id if batch else None, wanted.who, wanted.field, begin, end)
    changes, more = latest_changes(get_session(), _page(), criteria)
    return render_template(
        "admin/products/changes.html",
        changes=changes,
        more=more,
        page=_page(),
        batch=batch,
        wanted=wanted,
        people=[account.email for account in all_accounts(get_session())],
        fields=FIELDS,
    )


@bp.post("/history/undo")
@requires("history.restore")
@committing
def undo_day() -> Response:
    """Take back all that a person changed on a day, as a batch."""
    wanted = read_history_query(request.form)
    begin, end = wanted.moments
    if not wanted.who or wanted.day is None or begin is None or end is None:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    label = f"{wanted.who} {wanted.day.isoformat()}"
    again = url_for("admin.history", **wanted.query())
    return _undo(OfPerson(wanted.who, begin, end), label, again)


@bp.get("/batches")
@requires("product.view")
def all_batches() -> str:
    """Batches: the changes made together, each undone together."""
    rows, pages = batches(get_session(), _page())
    return render_template(
        "admin/products/batches.html",
        rows=rows,
        page=_page(),
        pages=pages,
        page_address=lambda number: url_for("admin.all_batches", page=number),
    )


@bp.post("/batches/<int:batch_id>/undo")
@requires("history.restore")
@committing
def undo(batch_id: int) -> Response:
    """Take a batch back, as a batch of its own."""
    return _undo(OfBatch(batch_id), _batch(batch_id).label, url_for("admin.all_batches"))


def _undo(selection: Selection, label: str, again: str) -> Response:
    """Take changes back; products in the way are shown first, each to be left or taken back too."""
    author = author_of_form(request.form.get("reason", ""), How.UNDO)
    settled = _settled()
    try:
        undo_changes(get_session(), selection, author, get_ruleset(), label=label, settled=settled)
    except ConflictError:
        get_session().rollback()
        return _in_the_way(selection, label, again, settled)
    except AlreadyUndoneError:
        message = _("This batch was undone already.")
    except RefusedError as error:
        message = _("Not undone: %(why)s", why=said_of(error))
    else:
        flash(_("Undone."), "success")
        return redirect(url_for("admin.all_batches"), HTTPStatus.SEE_OTHER)
    get_session().rollback()
    flash(message, "error")
    return redirect(again, HTTPStatus.SEE_OTHER)


def _settled() -> dict[int, Decision]:
    """The decisions on products in the way, by id, each on the version that was shown."""
    given = ((name.removeprefix(DECISION), value) for name, value in request.form.items() if name.startswith(DECISION))
    return {
        whole_number(id_, 0): Decision(whole_number(request.form.get(f"{SEEN}{id_}", ""), 0, digits=9), value == "back")
        for id_, value in given
        if value in ("back", "keep")
    }


def _in_the_way(selection: Selection, label: str, again: str, settled: dict[int, Decision]) -> Response:
    found = changed_since(get_session(), selection)
    html = render_template(
        "admin/products/undo.html",
        found=found,
        label=label,
        again=again,
        settled={
            one.product_id: settled[one.product_id].back
            for one in found
            if one.product_id in settled and settled[one.product_id].version == one.version
        },
        asked=bool(settled) or "decide" in request.form,
        carried=[(name, value) for name, value in request.form.items() if name in CARRIED],
        ruleset=get_ruleset(),
    )
    return make_response(html, HTTPStatus.CONFLICT)


def _batch(batch_id: int) -> Batch:
    batch = get_session().get(Batch, batch_id) if batch_id <= LARGEST_ID else None
    if batch is None:
        abort(HTTPStatus.NOT_FOUND)
    return batch


def _page() -> int:
    return min(max(whole_number(request.args.get("page", ""), 1), 1), MOST_PAGES)
