"""The picture of a product: upload, describe, remove."""

from http import HTTPStatus
from typing import Any

import msgspec
from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import FileField, HiddenField, TextAreaField

from catalog.edits.products import acceptances, add_picture, save_with_reasons
from catalog.edits.store import ConflictError
from catalog.edits.validation import validate_named
from catalog.models import Product, Status
from catalog.pictures import MOST_BYTES, BusyError
from catalog.product_problems import RefusedError
from catalog.product_state import ProductState, state_of_product
from catalog.queries.brands import KnownBrands
from shop.admin.blueprint import bp, max_request_bytes
from shop.admin.permissions import may, requires
from shop.admin.products.form_to_state import Refusals, refusals_of
from shop.admin.products.labels import field_names
from shop.admin.products.page import sentences
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


class PictureForm(ShopForm):
    """A file, and what it shows."""

    version = HiddenField()
    picture = FileField(
        description=_("JPEG, PNG or WebP, at most 8 MB and 24 million pixels. Hidden data in it is removed."),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )
    alt_nl = TextAreaField(render_kw={"rows": 2, "lang": "nl"})
    alt_en = TextAreaField(render_kw={"rows": 2, "lang": "en"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("picture", "alt_nl", "alt_en"):
            self[name].label.text = field_names()[name]


@bp.route("/products/<int:product_id>/pictures", methods=["GET", "POST"])
@requires("product.edit")
@max_request_bytes(UPLOAD_BYTES)
@committing
def product_pictures(product_id: int) -> Response:
    """Look at the picture, replace it, describe it."""
    product = load(product_id)
    if request.method == "GET":
        values = {"version": str(product.version), "alt_nl": product.alt_nl, "alt_en": product.alt_en}
        return _page(PictureForm(formdata=None, data=values), product, state_of_product(product))
    require_right_to_change(product)
    return _save(PictureForm(), product)


def _save(form: PictureForm, product: Product) -> Response:
    session, product_id, before = get_session(), product.id, state_of_product(product)
    version = read_version(form.version.data or "", product)
    state = msgspec.structs.replace(before, alt_nl=_text(form.alt_nl.data), alt_en=_text(form.alt_en.data))
    upload = request.files.get("picture")
    try:
        if "remove" in request.form:
            state = msgspec.structs.replace(before, picture="", alt_nl="", alt_en="")
        elif upload and upload.filename:
            data = upload.stream.read(MOST_BYTES + 1)
            state = msgspec.structs.replace(state, picture=add_picture(session, data, upload.filename).name)
        author, reasons = author_of_form(), posted_reasons()
        save_with_reasons(session, product_id, version, state, reasons, author=author, ruleset=get_ruleset())
    except ConflictError:
        session.rollback()
        flash(gettext("Somebody changed this product meanwhile. Look at it before you go on."), "error")
        return redirect(url_for("admin.product_pictures", product_id=product_id), HTTPStatus.SEE_OTHER)
    except RefusedError as error:
        session.rollback()
        return _page(form, load(product_id), state, refusals_of(error.problems))
    except BusyError:
        session.rollback()
        busy = gettext("Other pictures are being read at this moment. Choose the file again and save in a moment.")
        page = _page(form, load(product_id), state, {"picture": [busy]})
        page.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        page.headers["Retry-After"] = str(RETRY_SECONDS)
        return page
    flash(gettext("Saved."), "success")
    return redirect(url_for("admin.product_pictures", product_id=product_id), HTTPStatus.SEE_OTHER)


def _text(typed: str | None) -> str:
    return " ".join((typed or "").split())


def _page(form: PictureForm, product: Product, state: ProductState, refusals: Refusals | None = None) -> Response:
    known = acceptances(get_session(), product.id, today())
    reasons = {**known.reasons, **posted_reasons()}
    accepted = msgspec.structs.replace(known, reasons=reasons)
    for name, texts in (refusals or {}).items():
        if name in form:
            form[name].errors = tuple(texts)
    try:
        prepared = validate_named(state, get_ruleset(), KnownBrands(get_session()), accepted)
        found = sentences(prepared, reasons)
    except RefusedError:
        found = {}
    html = render_template(
        "admin/products/pictures.html",
        form=form,
        product=product,
        sentences=found,
        may_save=product.status is Status.DRAFT or may(role_of_request(), "product.publish"),
        elsewhere={name: texts for name, texts in (refusals or {}).items() if name not in form},
    )
    return make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if refusals else 200)
