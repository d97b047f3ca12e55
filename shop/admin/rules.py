"""Rules and safety notes behind the advice, for the pharmacist who reviews them."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus

from flask import abort, flash, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from catalog.models import PeopleEventKind
from recommend.knowledge import Note, Rule
from recommend.reviews import Kind, Review, fingerprint
from shop.admin.account_words import ZONE
from shop.admin.blueprint import bp
from shop.admin.forms import FILL_IN, add_error
from shop.admin.people_events import log_event
from shop.admin.permissions import requires
from shop.admin.session import author_of_request
from shop.web.database import committing, get_ruleset
from shop.web.forms import ShopForm, printable_line, render_form
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.reviews import BrokenReviewsError, add_review, path_of, read_reviews
from shop.web.services import now, services

LONGEST_NAME, LONGEST_REMARK = 80, 500


class ReviewForm(ShopForm):
    """The judgement on a record; its button says which."""

    name = StringField(
        _("Your name and profession, as the pages show them"),
        [DataRequired(FILL_IN), Length(max=LONGEST_NAME)],
        filters=[printable_line],
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "name"},
    )
    remark = StringField(
        _("Remark, for the people of this shop alone"),
        [Length(max=LONGEST_REMARK)],
        filters=[printable_line],
        render_kw={"maxlength": LONGEST_REMARK, "autocomplete": "off"},
    )


class ReviewedRecord(Struct, frozen=True):
    """A rule or note with its last review, which may be of an earlier wording."""

    kind: Kind
    record: Rule | Note
    last: Review | None
    content: str

    @property
    def is_current(self) -> bool:
        """Whether the last review is of the record as it is now."""
        return self.last is not None and self.last.content == self.content


@bp.get("/rules")
@requires("rules.view")
def rules() -> str:
    """Show all rules, notes, sources and names of forms, and who reviewed what."""
    ruleset, reviews = get_ruleset(), _reviews()
    return render_template(
        "admin/rules/rules.html",
        rules=[_reviewed("rule", rule, reviews) for rule in ruleset.rules],
        notes=[_reviewed("note", note, reviews) for note in ruleset.notes],
        ruleset=ruleset,
        is_broken=_is_broken(),
    )


@bp.get("/rules/<kind>/<record_id>")
@requires("rules.view")
def rule(kind: str, record_id: str) -> Response:
    known, record = _load(kind, record_id)
    own = [review.name for review in _reviews() if review.account == author_of_request()]
    return _page(known, record, ReviewForm(formdata=None, name=own[-1] if own else ""))


@bp.post("/rules/<kind>/<record_id>/review")
@requires("rules.review")
@committing
def review_rule(kind: str, record_id: str) -> Response:
    """Sign that a rule or note is right, or say what must change."""
    known, record = _load(kind, record_id)
    form, agrees = ReviewForm(), request.form.get("press") == "agree"
    content = fingerprint(record, get_ruleset())
    if form.validate() and _is_sound(form, content, agrees=agrees):
        review = Review(
            kind=known,
            record=record.id,
            content=content,
            on=_today(),
            name=form.name.data or "",
            account=author_of_request(),
            agrees=agrees,
            remark=form.remark.data or "",
        )
        try:
            add_review(services(), review)
        except BrokenReviewsError:
            add_error(form.name, gettext("The file of reviews was changed by hand. An owner has to put it back first."))
        else:
            log_event(PeopleEventKind.REVIEWED, about=author_of_request(), detail=f"{known} {record.id}")
            flash(gettext("Your review is stored."), "success")
            return redirect(url_for("admin.rules", _anchor=f"{known}-{record.id}"), HTTPStatus.SEE_OTHER)
    return _page(known, record, form)


def _is_sound(form: ReviewForm, content: str, *, agrees: bool) -> bool:
    """Whether the reader saw the record as it is now, and says what must change where something must."""
    if request.form.get("content") != content:
        add_error(form.name, gettext("This text changed while you read it. Read it once more."))
    elif not agrees and not form.remark.data:
        add_error(form.remark, gettext("Say what must change."))
    else:
        return True
    return False


def _page(kind: Kind, record: Rule | Note, form: ReviewForm) -> Response:
    earlier = [review for review in _reviews() if (review.kind, review.record) == (kind, record.id)]
    return render_form(
        "admin/rules/rule.html",
        form,
        one=_reviewed(kind, record, earlier),
        reviews=earlier[::-1],
        ruleset=get_ruleset(),
    )


def _reviewed(kind: Kind, record: Rule | Note, reviews: Sequence[Review]) -> ReviewedRecord:
    last = [review for review in reviews if (review.kind, review.record) == (kind, record.id)][-1:]
    return ReviewedRecord(kind, record, last[0] if last else None, fingerprint(record, get_ruleset()))


def _load(kind: str, record_id: str) -> tuple[Kind, Rule | Note]:
    ruleset = get_ruleset()
    known: Kind = "rule" if kind == "rule" else "note"
    by_kind: dict[str, Sequence[Rule | Note]] = {"rule": ruleset.rules, "note": ruleset.notes}
    records = by_kind.get(kind, ())
    found = next((record for record in records if record.id == record_id), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return known, found


def _reviews() -> list[Review]:
    try:
        return read_reviews(path_of(services()), services().vault)
    except BrokenReviewsError:
        return []


def _is_broken() -> bool:
    try:
        read_reviews(path_of(services()), services().vault)
    except BrokenReviewsError:
        return True
    return False


def _today() -> date:
    return now().astimezone(ZONE).date()
