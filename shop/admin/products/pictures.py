"""The pictures of a product: add, describe, put in order, remove."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from flask import abort, flash, make_response, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response
from wtforms import FileField, HiddenField, TextAreaField

from catalog.edits.fetched_pictures import addresses_of_product, reason_of
from catalog.edits.products import acceptances, save_with_reasons, state_at, store_picture
from catalog.edits.store import ConflictError
from catalog.edits.validation import MOST_PICTURES, alt_field, validate_named
from catalog.models import Product, ProductPicture, Status
from catalog.pictures import MOST_BYTES, BusyError, read_picture
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import ProductState, from_json, state_of_product
from catalog.queries.brands import KnownBrands
from catalog.queries.products import stored_pictures
from recommend.text import LANGUAGES
from shop.admin.blueprint import bp, max_request_bytes
from shop.admin.permissions import may, requires
from shop.admin.products.form_to_state import Refusals, refusals_of
from shop.admin.products.labels import field_name, is_of_pictures
from shop.admin.products.page import Sentence, sentences
from shop.admin.products.proposals import may_propose, own_proposal, propose_pictures
from shop.admin.products.request import author_of_form, load, posted_reasons, read_version, require_right_to_change
from shop.admin.session import role_of_request
from shop.web.database import committing, get_ruleset, get_session
from shop.web.errors import RETRY_SECONDS
from shop.web.forms import ShopForm
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.services import today

UPLOAD_BYTES = MOST_BYTES + 1024 * 1024
"""The rest of the form, and enough above the limit to say so instead of breaking off."""
ADD = "add"
MOVES: Mapping[str, int | None] = {"describe": 0, "up": -1, "down": 1, "first": -MOST_PICTURES, "remove": None}
"""Buttons of a picture, each with the places that it goes down; None takes it away."""


class PictureForm(ShopForm):
    """A file and its description; `name` is that of a picture of the product, `uploaded` of one sent before."""

    version = HiddenField()
    name = HiddenField()
    uploaded = HiddenField()
    picture = FileField(
        description=_("JPEG, PNG or WebP, at most 8 MB and 24 million pixels. Hidden data in it is removed."),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )
    alt_nl = TextAreaField(render_kw={"rows": 2, "lang": "nl"})
    alt_en = TextAreaField(render_kw={"rows": 2, "lang": "en"})

    def stand_at(self, place: int, refusals: Refusals) -> None:
        """Give the descriptions the labels, ids and errors of a place, the first being 1."""
        self.picture.label.text = field_name("picture")
        self.picture.errors = tuple(refusals.get("picture", ()))
        for language in LANGUAGES:
            field, problem_field = self[f"alt_{language}"], alt_field(language, place)
            field.id = field.label.field_id = problem_field
            field.label.text = field_name(problem_field)
            field.errors = tuple(refusals.get(problem_field, ()))


class ShownForm(Struct, frozen=True):
    """A picture with its form and what the content check found in its descriptions, by field."""

    picture: ProductPicture
    form: PictureForm
    sentences: Mapping[str, Sequence[Sentence]]


@bp.route("/products/<int:product_id>/pictures", methods=["GET", "POST"])
@requires("product.edit")
@max_request_bytes(UPLOAD_BYTES)
@committing
def product_pictures(product_id: int) -> Response:
    """Look at the pictures, add one, describe one, put them in order, remove one."""
    product = load(product_id)
    if request.method == "GET":
        return _page(product)
    if not may_propose(product):
        require_right_to_change(product)
    if request.form.get("press", ADD) not in (ADD, *MOVES):
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    return _save(PictureForm(), product)


def _save(form: PictureForm, product: Product) -> Response:
    session, product_id, before = get_session(), product.id, _present(product)
    wanted = before
    files: dict[str, bytes] = {}
    try:
        files = _read_upload(form)
        version = _version_to_save(form, product, before)
        wanted = before.with_pictures(_wanted(before.pictures, form))
        if files:
            store_picture(session, files)
        if may_propose(product):
            return propose_pictures(product, version, wanted)
        author, reasons = author_of_form(), posted_reasons()
        save_with_reasons(session, product_id, version, wanted, reasons, author=author, ruleset=get_ruleset())
    except ConflictError:
        session.rollback()
        _keep(files)
        flash(gettext("Somebody changed the pictures meanwhile. Below they are as they are now."), "error")
        return _answered(form, product_id, before, {}, HTTPStatus.CONFLICT)
    except BusyError:
        session.rollback()
        busy = gettext("Other pictures are being read at this moment. Choose the file again and save in a moment.")
        answer = _answered(form, product_id, before, {"picture": [busy]}, HTTPStatus.SERVICE_UNAVAILABLE)
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer
    except RefusedError as error:
        session.rollback()
        _keep(files)
        problems = tuple(_placed(problem, before, wanted) for problem in error.problems)
        return _answered(form, product_id, wanted, refusals_of(problems), HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("Saved."), "success")
    return redirect(url_for("admin.product_pictures", product_id=product_id), HTTPStatus.SEE_OTHER)


def _keep(files: Mapping[str, bytes]) -> None:
    """Store a new picture for the next try: no browser sends a file twice by itself."""
    if files:
        store_picture(get_session(), files)


def _present(product: Product) -> ProductState:
    """The product as the page shows it: with the user's own proposal, where one waits."""
    proposal = own_proposal(product)
    return from_json(proposal.state) if proposal else state_of_product(product)


def _version_to_save(form: PictureForm, product: Product, before: ProductState) -> int:
    """The version that the form saves: the present one while nobody changed the pictures since it was opened.

    A proposal goes on from the version that it began with; what others changed since is chosen at its approval.
    """
    version = read_version(form.version.data or "", product)
    if may_propose(product):
        proposal = own_proposal(product)
        return proposal.base_version if proposal else version
    if version != product.version and state_at(get_session(), product.id, version).pictures == before.pictures:
        return product.version
    if version != product.version:
        raise ConflictError([product.id])
    return version


def _read_upload(form: PictureForm) -> dict[str, bytes]:
    """The files of a new picture, whose name then stands in the form; empty when no file was sent."""
    upload = request.files.get("picture")
    if not stored_pictures(get_session(), [form.uploaded.data or ""]):
        form.uploaded.data = ""
    if request.form.get("press", ADD) != ADD or not (upload and upload.filename):
        return {}
    picture, files = read_picture(upload.stream.read(MOST_BYTES + 1), upload.filename)
    form.uploaded.data = picture.name
    return files


def _wanted(pictures: Sequence[ProductPicture], form: PictureForm) -> list[ProductPicture]:
    """The pictures of the product after the button that was pressed. Raises RefusedError."""
    alts = {name: " ".join((form[name].data or "").split()) for name in ("alt_nl", "alt_en")}
    press = request.form.get("press", ADD)
    if press == ADD:
        if not form.uploaded.data:
            raise RefusedError([ProductProblem("picture", "no-picture")])
        if form.uploaded.data in [picture.name for picture in pictures]:
            raise RefusedError([ProductProblem("picture", "double-picture")])
        return [*pictures, ProductPicture(form.uploaded.data, **alts)]
    place = next((place for place, picture in enumerate(pictures) if picture.name == form.name.data), None)
    if place is None:
        raise RefusedError([ProductProblem("more_pictures", "picture-gone")])
    others = [*pictures[:place], *pictures[place + 1 :]]
    by = MOVES[press]
    if by is not None:
        others.insert(max(0, place + by), msgspec.structs.replace(pictures[place], **alts))
    return others


def _placed(problem: ProductProblem, before: ProductState, wanted: ProductState) -> ProductProblem:
    """A problem of a description at the place of its picture on the page; a new one stands behind the others."""
    if not is_of_pictures(problem.field) or not problem.field.startswith("alt_"):
        return problem
    alt, _dash, number = problem.field.partition("-")
    text = str(problem.values.get("text", ""))
    found = wanted.pictures[int(number or 1) - 1 :][:1] if not text else wanted.pictures
    named = next((picture.name for picture in found if text in getattr(picture, alt)), "")
    names = [picture.name for picture in before.pictures]
    place = names.index(named) + 1 if named in names else len(names) + 1
    return msgspec.structs.replace(problem, field=alt_field("nl" if alt.endswith("_nl") else "en", place))


def _answered(
    form: PictureForm, product_id: int, state: ProductState, refusals: Refusals, status: HTTPStatus
) -> Response:
    """The page again with what was typed."""
    answer = _page(load(product_id), form, refusals, state)
    answer.status_code = status
    return answer


def _page(
    product: Product,
    typed: PictureForm | None = None,
    refusals: Refusals | None = None,
    wanted: ProductState | None = None,
) -> Response:
    """The page; `wanted` is the refused product, whose findings it shows beside what was `typed`."""
    state, refusals = _present(product), refusals or {}
    found = _sentences(wanted or state, product)
    forms = []
    for place, picture in enumerate(state.pictures, start=1):
        form = typed if typed and typed.name.data == picture.name else _form_of(picture)
        form.version.data = str(product.version)
        form.stand_at(place, {name: texts for name, texts in refusals.items() if name != "picture"})
        forms.append(ShownForm(picture, form, _of_picture(picture if form is not typed else _typed(form), found)))
    new = typed if typed and typed not in [each.form for each in forms] else PictureForm(formdata=None)
    new.version.data, new.name.data = str(product.version), ""
    new.stand_at(len(forms) + 1, refusals)
    html = render_template(
        "admin/products/pictures.html",
        product=product,
        forms=forms,
        new=ShownForm(ProductPicture(new.uploaded.data or ""), new, _of_picture(_typed(new), found)),
        room=len(forms) < MOST_PICTURES,
        most=MOST_PICTURES,
        refusals=refusals,
        addresses=[(each, reason_of(each)) for each in addresses_of_product(get_session(), product.id)],
        may_save=product.status is Status.DRAFT or may(role_of_request(), "product.publish") or may_propose(product),
        proposes=may_propose(product),
        proposal=own_proposal(product),
    )
    return make_response(html)


def _form_of(picture: ProductPicture) -> PictureForm:
    values: dict[str, Any] = {"name": picture.name, "alt_nl": picture.alt_nl, "alt_en": picture.alt_en}
    return PictureForm(formdata=None, data=values)


def _typed(form: PictureForm) -> ProductPicture:
    return ProductPicture("", form.alt_nl.data or "", form.alt_en.data or "")


def _sentences(state: ProductState, product: Product) -> dict[str, list[Sentence]]:
    known = acceptances(get_session(), product.id, today())
    reasons = {**known.reasons, **posted_reasons()}
    accepted = msgspec.structs.replace(known, reasons=reasons)
    try:
        return sentences(validate_named(state, get_ruleset(), KnownBrands(get_session()), accepted), reasons)
    except RefusedError:
        return {}


def _of_picture(picture: ProductPicture, found: dict[str, list[Sentence]]) -> dict[str, list[Sentence]]:
    """The sentences of one picture, by field, taken out of those of all."""
    own: dict[str, list[Sentence]] = {}
    for name in ("alt_nl", "alt_en"):
        text = " ".join(getattr(picture, name).split())
        own[name] = [one for one in found.get(name, ()) if one.finding.text.strip() in text]
        found[name] = [one for one in found.get(name, ()) if one not in own[name]]
    return own
