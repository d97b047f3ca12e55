"""The page with a product's form, as one value for its template."""

from collections.abc import Mapping
from datetime import timedelta

from flask import make_response, render_template
from flask_babel import format_date
from flask_babel import gettext as _
from msgspec import Struct, field
from werkzeug.wrappers import Response

from catalog.edits import Prepared, ProductState, accepted_reasons, prepare
from catalog.edits.reductions import Point, reference_price
from catalog.models import Product, Status
from catalog.problems import Problem, RefusedError
from catalog.queries.brands import brand_names
from catalog.queries.history import prices_of
from shop.admin.blueprint import UNPROCESSABLE
from shop.admin.current import now, role_of_request
from shop.admin.permissions import may
from shop.admin.products.arithmetic import Sum, sums
from shop.admin.products.fields import ProductForm
from shop.admin.products.naming import field_name
from shop.admin.products.reading import Refusals, refusals_of
from shop.admin.products.sentences import Sentence, sentences
from shop.database import get_ruleset, get_session
from shop.formats import euro
from shop.i18n import current_language
from shop.reductions import today


class EditPage(Struct, frozen=True):
    """All that the form's page shows. `prepared` is None when the product cannot even be a draft."""

    form: ProductForm
    state: ProductState
    product: Product | None
    prepared: Prepared | None
    sums: list[Sum]
    refusals: Refusals
    sentences: Mapping[str, list[Sentence]]
    brands: list[str]
    lacking: tuple[Problem, ...] = ()
    reduction: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def may_save(self) -> bool:
        """Editors write drafts; what shoppers see takes a publisher."""
        published = self.product is not None and self.product.status is not Status.DRAFT
        return may(role_of_request(), "product.publish" if published else "product.edit")

    @property
    def may_publish(self) -> bool:
        return may(role_of_request(), "product.publish")

    @property
    def complaints(self) -> list[tuple[str, str, str]]:
        """Where, what and why, for the summary of errors."""
        return [(name, field_name(name), text) for name, texts in self.refusals.items() for text in texts]


def edit_page(
    form: ProductForm,
    state: ProductState,
    product: Product | None,
    refusals: Refusals | None = None,
    reasons: Mapping[str, str] | None = None,
) -> Response:
    """Show the form with what is wrong and what the content check says; 422 when something must be mended."""
    session, ruleset = get_session(), get_ruleset()
    known = (accepted_reasons(session, product.id) if product else {}) | dict(reasons or {})
    found = dict(refusals or {})
    prepared = None
    try:
        prepared = prepare(state, ruleset, {key: reason for key, reason in known.items() if reason})
    except RefusedError as error:
        found = refusals_of(error.problems, found)
    for name, texts in found.items():
        if name in form and name != "composition":
            form[name].errors = tuple(texts)
    page = EditPage(
        form=form,
        state=state,
        product=product,
        prepared=prepared,
        sums=sums(state.composition, ruleset),
        refusals=found,
        sentences=sentences(prepared.findings, known) if prepared else {},
        brands=brand_names(session),
        lacking=prepared.stops if prepared else (),
        reduction=_reduction(state, product),
        reasons=known,
    )
    html = render_template("admin/products/edit.html", page=page, title=_title(product), ruleset=ruleset)
    return make_response(html, UNPROCESSABLE if refusals else 200)


def _title(product: Product | None) -> str:
    return str(_("New product")) if product is None else product.name_nl or product.sku


def _reduction(state: ProductState, product: Product | None) -> str:
    """The earlier price that shoppers would see beside an announced reduction, or why there is none."""
    if not state.reduced:
        return ""
    points = prices_of(get_session(), product.id) if product else ()
    found = reference_price([Point(one.at, one.cents) for one in reversed(points)], state.price_cents, now())
    if isinstance(found, Problem):
        return f"{field_name(found.field)} {found.text(current_language())}"
    if found.until <= today():
        return str(_("Shoppers see no reduction any more: the price has been this low for 30 days."))
    last = format_date(found.until - timedelta(days=1), "long")
    return str(
        _(
            "Shoppers see %(price)s as the lowest price of the 30 days before, up to and including %(day)s.",
            price=euro(found.cents),
            day=last,
        )
    )
