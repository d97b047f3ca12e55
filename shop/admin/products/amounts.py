"""Prices and stock typed in the list of products: read, previewed, and saved as one batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus

import msgspec
from flask import flash, make_response, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.edits.bulk import Planned, Planner, SelectionChangedError, apply, digest_of
from catalog.edits.bulk_actions import Amounts, AmountsChange
from catalog.edits.products import products_to_edit, states_at
from catalog.exchange.numbers import cents, stock
from catalog.exchange.row_errors import ROW_ERROR_TEXTS, CellRefusedError
from catalog.models import How, Product, Status
from catalog.product_problems import RefusedError
from catalog.product_state import ProductState
from catalog.queries.admin import ROWS, Order, Trouble, product_rows
from catalog.queries.products import brand_names
from shop.admin.blueprint import bp
from shop.admin.permissions import requires
from shop.admin.products.form import typed_price
from shop.admin.products.labels import said_of
from shop.admin.products.listing import AdminListQuery, page_numbers, read_ids, read_list_query
from shop.admin.products.request import author_of_form, one_line, read_version
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import current_language, in_current_language
from shop.web.i18n import gettext as _

READERS: Mapping[str, Callable[[str], int]] = {
    "price_cents": lambda text: cents(text, euro_assumed=True) if text else 0,
    "stock": lambda text: stock(text) if text else 0,
}
FIELDS = tuple(READERS)


class AmountsRow(Struct, frozen=True):
    """A product with its price and stock as typed, read at `version`; reasons of refused fields by field.

    `base` is its price and stock at that version, `amounts` as they are to be: a field that was not touched is as the
    product is now.
    """

    product: Product
    version: int
    typed: Mapping[str, str]
    base: Amounts
    amounts: Amounts
    errors: Mapping[str, Sequence[str]]

    @property
    def changes(self) -> bool:
        return self.amounts != _amounts_of(self.product)

    @property
    def is_stale(self) -> bool:
        """Whether somebody changed the product since the page with this row."""
        return self.changes and self.version != self.product.version

    def renewed(self) -> "AmountsRow":
        """The row at the product's present version, with what was typed; other fields as they are now."""
        typed = {
            name: self.typed[name]
            if getattr(self.amounts, name) != getattr(self.product, name)
            else shown_amount(name, getattr(self.product, name))
            for name in FIELDS
        }
        return msgspec.structs.replace(self, version=self.product.version, typed=typed)


@bp.get("/products/amounts")
@requires("product.publish")
def product_amounts() -> Response:
    """The list with fields for the price and stock of each product."""
    wanted = read_list_query(request.args)
    found = product_rows(get_session(), wanted.filter, wanted.order, wanted.page)
    rows = [_stored_row(product) for product in found.products]
    return _page(wanted, rows, total=found.total, page=found.page, pages=found.pages)


@bp.post("/products/amounts")
@requires("product.publish")
@committing
def save_amounts() -> Response:
    """Preview what was typed, and save it once that is confirmed."""
    wanted = read_list_query(request.form)
    rows = _read_rows()
    stale = [row for row in rows if row.is_stale]
    if any(row.errors for row in rows):
        return _page(wanted, rows, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if stale:
        return _changed_meanwhile(wanted, rows)
    changed = [row for row in rows if row.changes]
    if not changed or "edit" in request.form:
        if not changed:
            flash(_("Nothing was changed: type a price or stock that differs."), "warning")
        return _page(wanted, rows)
    action = AmountsChange({row.product.id: row.amounts for row in changed})
    versions = [(row.product.id, row.version) for row in changed]
    planned = list(Planner(get_session(), action, author_of_form(how=How.BULK), get_ruleset()).plan(versions))
    refused = _refused_at_fields(rows, planned)
    if any(row.errors for row in refused):
        return _page(wanted, refused, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if "confirm" in request.form:
        return _save(wanted, versions, action)
    return _preview(wanted, planned)


def _stored_row(product: Product) -> AmountsRow:
    amounts = _amounts_of(product)
    typed = {name: shown_amount(name, getattr(amounts, name)) for name in FIELDS}
    return AmountsRow(product, product.version, typed, amounts, amounts, {})


def _amounts_of(product: Product | ProductState) -> Amounts:
    return Amounts(product.price_cents, product.stock)


def shown_amount(name: str, amount: int) -> str:
    """A price in euro or a stock, as a field shows it."""
    return typed_price(amount) if name == "price_cents" else str(amount)


def _read_rows() -> list[AmountsRow]:
    """The rows that were sent, in their order; products that do not exist are left out."""
    ids = read_ids(request.form.getlist("id"))[:ROWS]
    products = products_to_edit(get_session(), ids)
    versions = {id_: read_version(request.form.get(f"version-{id_}", ""), product) for id_, product in products.items()}
    older = {id_: version for id_, version in versions.items() if version != products[id_].version}
    states = states_at(get_session(), older)
    return [
        _read_row(products[id_], versions[id_], _amounts_of(states.get(id_, products[id_])))
        for id_ in ids
        if id_ in products
    ]


def _read_row(product: Product, version: int, base: Amounts) -> AmountsRow:
    typed: dict[str, str] = {}
    amounts: dict[str, int] = {}
    errors: dict[str, list[str]] = {}
    for name, reader in READERS.items():
        amounts[name] = getattr(product, name)
        text = request.form.get(f"{name}-{product.id}")
        typed[name] = shown_amount(name, getattr(base, name)) if text is None else one_line(text)
        try:
            amount = reader(typed[name])
        except CellRefusedError as error:
            errors[name] = [in_current_language(ROW_ERROR_TEXTS[error.code]).format_map(error.values)]
            continue
        if amount != getattr(base, name):
            amounts[name] = amount
    return AmountsRow(product, version, typed, base, Amounts(**amounts), errors)


def _refused_at_fields(rows: Sequence[AmountsRow], planned: Sequence[Planned]) -> list[AmountsRow]:
    """The rows with the reasons why their price or stock is refused; other reasons are in the preview."""
    problems = {each.product_id: each.problems for each in planned}
    found = []
    for row in rows:
        errors: dict[str, list[str]] = {}
        for problem in problems.get(row.product.id, ()):
            if problem.field in FIELDS:
                errors.setdefault(problem.field, []).append(problem.text(current_language()))
        found.append(msgspec.structs.replace(row, errors=errors))
    return found


def _changed_meanwhile(wanted: AdminListQuery, rows: Sequence[AmountsRow]) -> Response:
    """The page again, with the products named that somebody changed since; nothing typed is lost."""
    changed = {row.product.id: row.base for row in rows if row.is_stale}
    renewed = [row.renewed() for row in rows]
    return _page(wanted, renewed, status=HTTPStatus.CONFLICT, changed_meanwhile=changed)


def _page(
    wanted: AdminListQuery,
    rows: Sequence[AmountsRow],
    *,
    status: int = HTTPStatus.OK,
    total: int | None = None,
    page: int = 1,
    pages: int = 1,
    changed_meanwhile: Mapping[int, Amounts] | None = None,
) -> Response:
    """The list with its fields; without `total` only the rows that were sent are shown, without other pages."""
    html = render_template(
        "admin/products/amounts.html",
        wanted=wanted,
        rows=rows,
        total=total,
        page=page,
        pages=pages,
        page_numbers=page_numbers,
        ruleset=get_ruleset(),
        brands=brand_names(get_session()),
        statuses=list(Status),
        troubles=list(Trouble),
        orders=list(Order),
        fields=FIELDS,
        changed_meanwhile=changed_meanwhile or {},
    )
    return make_response(html, status)


def _preview(wanted: AdminListQuery, planned: Sequence[Planned]) -> Response:
    html = render_template(
        "admin/products/amounts_preview.html",
        wanted=wanted,
        changed=[each for each in planned if each.changes],
        refused=[each for each in planned if each.refused],
        carried=list(_carried()),
        language=current_language(),
    )
    return make_response(html)


def _carried() -> Iterator[tuple[str, str]]:
    left_out = {"csrf_token", "confirm", "edit", "reason"}
    return ((name, value) for name, value in request.form.items(multi=True) if name not in left_out)


def _save(wanted: AdminListQuery, versions: Sequence[tuple[int, int]], action: AmountsChange) -> Response:
    session, author = get_session(), author_of_form(request.form.get("reason", ""), How.BULK)
    ids, shown = [id_ for id_, _version in versions], digest_of(versions)
    try:
        _batch, changed = apply(
            session, ids, action, shown=shown, author=author, label=action.label, ruleset=get_ruleset()
        )
    except SelectionChangedError:
        session.rollback()
        return _changed_meanwhile(wanted, _read_rows())
    except RefusedError as error:
        session.rollback()
        flash(_("Nothing was changed. %(why)s", why=said_of(error)), "error")
        return _page(wanted, _read_rows(), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(_("%(count)d products changed. You can undo this under “Batches”.", count=changed), "success")
    return redirect(url_for("admin.product_amounts", **wanted.query()), HTTPStatus.SEE_OTHER)
