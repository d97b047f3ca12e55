"""Brands in the admin: the list, one brand's form and history, acceptance of a name, merging."""

from http import HTTPStatus

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired

from catalog.edits.brands import (
    BrandConflictError,
    BrandState,
    accept_brand,
    add_brand,
    brand_to_edit,
    change_brand,
    merge_brands,
    state_of_brand,
)
from catalog.models import Brand, BrandEvent, How, Status
from catalog.product_problems import ProductProblem, RefusedError
from catalog.queries.brands import (
    BrandTrouble,
    KnownBrands,
    brand_rows,
    changes_of_brand,
    is_accepted,
    name_findings,
    product_counts,
)
from catalog.queries.products import brand_names
from shop.admin.blueprint import bp
from shop.admin.forms import FILL_IN, add_error
from shop.admin.permissions import may, requires
from shop.admin.products.request import LARGEST_ID, author_of_form, whole_number
from shop.admin.session import role_of_request
from shop.web.database import committing, get_ruleset, get_session
from shop.web.forms import ShopForm
from shop.web.i18n import current_language, gettext
from shop.web.i18n import lazy_gettext as _

LONGEST_SEARCH = 100
_REASON = {"maxlength": "500", "autocomplete": "off"}


class BrandForm(ShopForm):
    """A brand, and why it changes."""

    version = HiddenField()
    name = StringField(_("Name of the brand"), [InputRequired(FILL_IN)], render_kw={"autocomplete": "off"})
    address = TextAreaField(
        _("Address of the responsible business"),
        description=_("The law asks for it on every product page: name and address as on the label."),
        render_kw={"rows": 3},
    )
    aliases = TextAreaField(
        _("Other spellings"),
        description=_("One on each line. A file that uses one means this brand; an earlier name is added by itself."),
        render_kw={"rows": 3},
    )
    reason = StringField(_("Why (for the history; may stay empty)"), render_kw=_REASON)
    accept = BooleanField(
        _("Accept the new name as well"),
        description=_("For the reason above: the content check blocks it, and products of this brand are public."),
    )

    def state(self) -> BrandState:
        aliases = tuple(line for line in (self.aliases.data or "").splitlines() if line.strip())
        return BrandState(self.name.data or "", self.address.data or "", aliases)


class AcceptForm(ShopForm):
    """The reason to accept a name; it stands on one page with BrandForm, so its field has a name of its own."""

    version = HiddenField()
    why = StringField(
        _("Why this name may be used"),
        [InputRequired(FILL_IN)],
        description=_("For the history, such as: registered trade mark, in use since 2009."),
        render_kw=_REASON,
    )


class MergeForm(ShopForm):
    """The brand that remains, and why."""

    version = HiddenField()
    into = StringField(
        _("Brand that remains"), [InputRequired(FILL_IN)], render_kw={"list": "brands", "autocomplete": "off"}
    )
    reason = StringField(_("Why (for the history; may stay empty)"), render_kw=_REASON)


_FIELDS = {"brand": "name", "brand_address": "address"}
"""Fields of the forms by the field of a problem, where they differ."""


def trouble_name(trouble: BrandTrouble) -> str:
    names = {
        BrandTrouble.NO_ADDRESS: gettext("without address"),
        BrandTrouble.BLOCKED: gettext("name to be accepted"),
    }
    return names[trouble]


def event_name(event: BrandEvent) -> str:
    names = {
        BrandEvent.ADDED: gettext("Added"),
        BrandEvent.NAME: gettext("Renamed"),
        BrandEvent.ADDRESS: gettext("Address"),
        BrandEvent.ALIASES: gettext("Other spellings"),
        BrandEvent.MERGED: gettext("Merged"),
        BrandEvent.ACCEPTED: gettext("Name accepted"),
        BrandEvent.LAPSED: gettext("Acceptance ended"),
    }
    return names[BrandEvent(event)]


@bp.get("/brands")
@requires("brand.view")
def brands() -> str:
    """All brands, narrowed by a search and by what is wrong with them."""
    search = " ".join(request.args.get("q", "").replace("\0", "").split())[:LONGEST_SEARCH]
    shown = request.args.get("show", "")
    trouble = BrandTrouble(shown) if shown in list(BrandTrouble) else None
    page = whole_number(request.args.get("page", ""), 1)
    rows = brand_rows(get_session(), search, trouble, page, get_ruleset().directory)
    return render_template(
        "admin/brands/list.html",
        rows=rows,
        search=search,
        trouble=trouble,
        troubles=list(BrandTrouble),
        trouble_name=trouble_name,
        is_accepted=is_accepted,
        page_address=lambda number: url_for(
            "admin.brands", q=search or None, show=trouble.value if trouble else None, page=number
        ),
    )


@bp.route("/brands/new", methods=["GET", "POST"])
@requires("brand.change")
@committing
def new_brand() -> Response:
    """A form for a brand without products yet."""
    form = BrandForm()
    if form.validate_on_submit():
        session, wanted = get_session(), form.state()
        known = KnownBrands(session).find(wanted.name)
        try:
            if known is not None and known.name:
                problem = ProductProblem("brand", "brand-taken", {"name": wanted.name, "brand": known.name})
                raise RefusedError([problem])
            author, ruleset = author_of_form(form.reason.data or ""), get_ruleset()
            address = wanted.address.replace("\r\n", "\n").strip()
            brand = add_brand(session, wanted.name, address, author=author, directory=ruleset.directory)
            if not brand.name:
                raise RefusedError([ProductProblem("brand", "missing")])
            if wanted.aliases:
                both = BrandState(brand.name, brand.address, wanted.aliases)
                change_brand(session, brand.id, brand.version, both, author=author, ruleset=ruleset)
        except RefusedError as error:
            session.rollback()
            _show_problems(form, error)
        else:
            return _done(gettext("Saved."), brand.id)
    return _page("admin/brands/new.html", form)


@bp.get("/brands/<int:brand_id>")
@requires("brand.view")
def brand(brand_id: int) -> Response:
    """One brand: its form, its acceptance, its history."""
    row = _load(brand_id)
    return _brand_page(row, _form_of(row))


@bp.post("/brands/<int:brand_id>")
@requires("brand.change")
@committing
def save_brand(brand_id: int) -> Response:
    """Rename a brand, correct its address and its other spellings."""
    row, form = _load(brand_id), BrandForm()
    if not form.validate():
        return _brand_page(row, form)
    author = author_of_form(form.reason.data or "", How.BULK)
    try:
        change_brand(
            get_session(),
            brand_id,
            _version(form.version.data),
            form.state(),
            author=author,
            ruleset=get_ruleset(),
            accept=form.accept.data,
        )
    except BrandConflictError:
        return _conflict(brand_id, form)
    except RefusedError as error:
        get_session().rollback()
        _show_problems(form, error)
        blocked = any(problem.code == "blocked-brand" for problem in error.problems)
        return _brand_page(_load(brand_id), form, offer_acceptance=blocked or form.accept.data)
    return _done(gettext("Saved."), brand_id)


@bp.post("/brands/<int:brand_id>/accept")
@requires("brand.change")
@committing
def accept_name(brand_id: int) -> Response:
    """Accept a name that the content check blocks, once for all products of the brand."""
    row, form = _load(brand_id), AcceptForm()
    if form.validate() and not author_of_form(form.why.data or "").reason:
        add_error(form.why, str(FILL_IN))
    if form.errors:
        return _brand_page(row, _form_of(row), form)
    author = author_of_form(form.why.data or "")
    try:
        accept_brand(get_session(), brand_id, _version(form.version.data), author=author, ruleset=get_ruleset())
    except BrandConflictError:
        get_session().rollback()
        row = _load(brand_id)
        form.version.data = str(row.version)
        add_error(form.why, gettext("Somebody changed this brand meanwhile: look at the name, then press again."))
        return _brand_page(row, _form_of(row), form, HTTPStatus.CONFLICT)
    except RefusedError as error:
        get_session().rollback()
        flash(_worded(error), "error")
        return redirect(url_for("admin.brand", brand_id=brand_id), HTTPStatus.SEE_OTHER)
    return _done(gettext("The name is accepted: it no longer keeps products of this brand from the shop."), brand_id)


@bp.route("/brands/<int:brand_id>/merge", methods=["GET", "POST"])
@requires("brand.change")
@committing
def merge_brand(brand_id: int) -> Response:
    """Merge this brand into another, which gets its products, its names and its history."""
    row, form = _load(brand_id), MergeForm()
    if request.method == "GET":
        form.version.data = str(row.version)
        form.into.data = request.args.get("into", "")[:LONGEST_SEARCH]
        return _merge_page(row, form)
    if not form.validate():
        return _merge_page(row, form)
    session = get_session()
    into = KnownBrands(session).find(form.into.data or "")
    author = author_of_form(form.reason.data or "", How.BULK)
    try:
        if into is None or not into.id or not into.name:
            raise RefusedError([ProductProblem("into", "no-such-brand", {"name": form.into.data or ""})])
        merge_brands(session, brand_id, _version(form.version.data), into.id, author=author, ruleset=get_ruleset())
    except (BrandConflictError, NoResultFound):
        session.rollback()
        row = _load(brand_id)
        form.version.data = str(row.version)
        add_error(form.into, gettext("Somebody changed this brand meanwhile: look at it, then press again."))
        return _merge_page(row, form, HTTPStatus.CONFLICT)
    except RefusedError as error:
        session.rollback()
        _show_problems(form, error)
        return _merge_page(_load(brand_id), form)
    return _done(gettext("The brands are merged into %(name)s.", name=into.name), into.id)


def _load(brand_id: int) -> Brand:
    """A brand or 404."""
    try:
        return brand_to_edit(get_session(), brand_id if brand_id <= LARGEST_ID else 0)
    except NoResultFound:
        abort(HTTPStatus.NOT_FOUND)


def _version(text: str | None) -> int:
    """The version that a form started from; one that never was conflicts with every one."""
    return whole_number(text or "", 0, digits=9)


def _form_of(row: Brand) -> BrandForm:
    state = state_of_brand(row)
    return BrandForm(
        formdata=None,
        version=str(row.version),
        name=state.name,
        address=state.address,
        aliases="\n".join(state.aliases),
    )


def _brand_page(
    row: Brand,
    form: BrandForm,
    accept: AcceptForm | None = None,
    status: int = 0,
    *,
    offer_acceptance: bool = False,
) -> Response:
    if accept is None:
        accept = AcceptForm(formdata=None, version=str(row.version))
    findings = name_findings(row.name, get_ruleset().directory)
    return _page(
        "admin/brands/edit.html",
        form,
        status or (HTTPStatus.UNPROCESSABLE_ENTITY if accept.errors else 0),
        row=row,
        accept=accept,
        findings=findings,
        offer_acceptance=offer_acceptance,
        about_disease=any(found.finding.verdict == "disease" for found in findings),
        is_accepted=is_accepted(row),
        changes=changes_of_brand(get_session(), row.id),
        products=product_counts(get_session(), [row.id]).get(row.id, 0),
        event_name=event_name,
        may_change=may(role_of_request(), "brand.change"),
    )


def _merge_page(row: Brand, form: MergeForm, status: int = 0) -> Response:
    session = get_session()
    return _page(
        "admin/brands/merge.html",
        form,
        status,
        row=row,
        brands=[name for name in brand_names(session) if name != row.name],
        products=product_counts(session, [row.id]).get(row.id, 0),
        public=product_counts(session, [row.id], Status.PUBLISHED).get(row.id, 0),
    )


def _page(template: str, form: ShopForm, status: int = 0, **values: object) -> Response:
    wrong = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return make_response(render_template(template, form=form, **values), status or wrong)


def _conflict(brand_id: int, form: BrandForm) -> Response:
    """The form as typed, to be saved over the present version, beside what somebody else saved."""
    get_session().rollback()
    row = _load(brand_id)
    form.version.data = str(row.version)
    now = state_of_brand(row)
    for field, theirs in ((form.name, now.name), (form.address, now.address), (form.aliases, "\n".join(now.aliases))):
        if (field.data or "").replace("\r\n", "\n").strip() != theirs.strip():
            add_error(field, gettext("Somebody saved this meanwhile: “%(text)s”.", text=theirs))
    flash(
        gettext("Somebody changed this brand meanwhile. What you typed is still here; save again to keep it."), "error"
    )
    return _brand_page(row, form, status=HTTPStatus.CONFLICT)


def _show_problems(form: ShopForm, error: RefusedError) -> None:
    """Each reason at its field; one about a product or no field of the form above it."""
    for problem in error.problems:
        name = _FIELDS.get(problem.field, problem.field)
        text = problem.text(current_language())
        if name in form and not error.sku:
            add_error(form[name], text[0].upper() + text[1:])
        else:
            add_error(form["reason"], f"{error.sku}: {text}" if error.sku else text)


def _worded(error: RefusedError) -> str:
    return "; ".join(problem.text(current_language()) for problem in error.problems)


def _done(message: str, brand_id: int) -> Response:
    flash(message, "success")
    return redirect(url_for("admin.brand", brand_id=brand_id), HTTPStatus.SEE_OTHER)
