"""The page with a product's form, as one value for its template."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from http import HTTPStatus
from typing import Literal

import msgspec
from babel.dates import format_date
from flask import make_response, render_template, request
from msgspec import Struct, field
from werkzeug.wrappers import Response

from catalog.composition import CompositionError, LabelLine, Line, work_out
from catalog.edits.drafts import may_be_deleted
from catalog.edits.price_reductions import Point, Reference, reference_price
from catalog.edits.products import acceptances
from catalog.edits.store import publishing_problems
from catalog.edits.validation import (
    Acceptances,
    ValidatedProduct,
    field_of,
    may_be_overridden,
    missing_texts,
    place_of,
    validate_named,
)
from catalog.ingredient_check import LabelFault, check_label
from catalog.models import Product, Proposal, Status
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import ProductState
from catalog.queries.admin import prices_of
from catalog.queries.brands import KnownBrand, KnownBrands
from catalog.queries.products import MOST_TO_CHOOSE
from catalog.queries.proposals import open_proposal_of
from recommend.claims.findings import Finding
from recommend.claims.product import ProductFinding
from recommend.claims.text.marking import Piece, marked_pieces
from recommend.knowledge import Ruleset
from recommend.text import LANGUAGES
from shop.admin.permissions import may
from shop.admin.products.form import ProductForm
from shop.admin.products.form_to_state import Refusals, refusals_of
from shop.admin.products.labels import field_name, name_or_sku
from shop.admin.products.proposals import may_propose
from shop.admin.products.unsaved import own_unsaved_form
from shop.admin.session import author_of_request, role_of_request
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language
from shop.web.i18n import gettext as _
from shop.web.number_format import euro
from shop.web.services import now, today

Computed = Literal["elemental", "compound", "share", "nothing"]


class Sum(Struct, frozen=True):
    """A line worked out; `computed` names what was computed, `fraction` the magnesium in the pure compound."""

    line: Line
    computed: Computed
    fraction: Fraction | None


def sums(composition: tuple[LabelLine, ...], ruleset: Ruleset) -> list[Sum]:
    """The lines that can be worked out; the others are refused elsewhere."""
    found = []
    for stated in composition:
        try:
            line = work_out(stated, ruleset)
        except CompositionError:
            continue
        found.append(Sum(line, _computed(stated, line), ruleset.fraction_of(stated.form, stated.salt)))
    return found


def _computed(stated: LabelLine, line: Line) -> Computed:
    if stated.elemental_ug is None:
        return "elemental"
    if stated.compound_ug is not None:
        return "share"
    return "nothing" if line.compound_ug is None else "compound"


class Sentence(Struct, frozen=True):
    """A finding in its field. `reason` is what somebody gave for a warning, empty when nobody did.

    `passes_until` is the last day of an override in force.
    """

    identity: str
    finding: Finding
    pieces: Sequence[Piece]
    reason: str
    passes_until: date | None = None
    may_be_overridden: bool = False


def sentences(prepared: ValidatedProduct, accepted: Mapping[str, str]) -> dict[str, list[Sentence]]:
    """The findings by field of the form, in the order of the text."""
    passing = {(one.field, one.sentence): one.until for one in prepared.overridden if one.until >= prepared.on}
    by_field: dict[str, list[Sentence]] = {}
    for found in prepared.findings:
        sentence = Sentence(
            found.identity,
            found.finding,
            _marked(found.finding),
            accepted.get(found.identity, ""),
            passing.get(place_of(found)),
            found.blocks and may_be_overridden(found),
        )
        by_field.setdefault(field_of(found), []).append(sentence)
    return by_field


def _marked(finding: Finding) -> Sequence[Piece]:
    """The sentence in pieces; marked as a whole when the check names no words, as for a portion that is too small."""
    within = [
        (start - finding.start, end - finding.start)
        for start, end in finding.marks
        if finding.start <= start < end <= finding.end
    ]
    alone = msgspec.structs.replace(finding, start=0, end=len(finding.text), marks=tuple(within))
    return marked_pieces(finding.text, [alone]) if within else (Piece(finding.text, 0),)


def take_over(state: ProductState, findings: Sequence[ProductFinding], identity: str) -> ProductState:
    """The product with the suggestion for a finding in the place of its sentence; the same when there is none."""
    for found in findings:
        finding = found.finding
        if found.identity == identity and finding.suggestion:
            field = field_of(found)
            text = getattr(state, field)
            end = finding.text.rstrip()[-1:]
            sign = {"?": "."}.get(end, end) if end in (".", "!", "?") and not finding.suggestion.endswith(".") else ""
            changed = text[: finding.start] + finding.suggestion + sign + text[finding.end :]
            return msgspec.structs.replace(state, **{field: changed})
    return state


class LabelFinding(Struct, frozen=True):
    """An ingredient text with its doubtful words marked, why it blocks publishing, and what to look at besides."""

    pieces: Sequence[Piece]
    faults: Sequence[ProductProblem]
    notices: Sequence[ProductProblem]


def label_findings(state: ProductState) -> dict[str, LabelFinding]:
    """The contradictions between the ingredient texts and the rest of the label, by field of the form."""
    check = check_label(state)
    found = {}
    filled = [name for name in _INGREDIENTS if getattr(state, name)]
    for name in filled:
        faults = [fault for fault in check.faults if name in (_fields_of(fault) or filled)]
        notices = [problem for problem in check.notices if problem.field == name]
        marks = sorted((mark.start, mark.end) for fault in faults for mark in fault.marks if mark.field == name)
        if faults or notices:
            pieces = _with_marks(getattr(state, name), marks)
            found[name] = LabelFinding(pieces, [fault.problem for fault in faults], notices)
    return found


_INGREDIENTS = tuple(f"ingredients_{language}" for language in LANGUAGES)


def _fields_of(fault: LabelFault) -> set[str]:
    return {mark.field for mark in fault.marks}


def _with_marks(text: str, marks: Sequence[tuple[int, int]]) -> list[Piece]:
    """The text in pieces; overlapping marks are one."""
    pieces: list[Piece] = []
    position = 0
    for start, end in marks:
        if end > position:
            begin = max(start, position)
            pieces += [Piece(text[position:begin]), Piece(text[begin:end], 0)]
            position = end
    return [*pieces, Piece(text[position:])]


class EditPage(Struct, frozen=True):
    """All that the form's page shows. `prepared` leaves out impossible values; None when it cannot be worked out."""

    form: ProductForm
    state: ProductState
    product: Product | None
    prepared: ValidatedProduct | None
    sums: list[Sum]
    refusals: Refusals
    sentences: Mapping[str, list[Sentence]]
    label: Mapping[str, LabelFinding]
    brands: list[str]
    lacking: tuple[ProductProblem, ...] = ()
    lacking_english: tuple[ProductProblem, ...] = ()
    """Texts without which English pages show the Dutch ones; they block nothing."""
    reduction: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    is_unsaved: bool = False
    """Whether the form shows what is typed and not what is stored."""
    waits_since: datetime | None = None
    """The moment of an unsaved form that the user may take back."""

    @property
    def may_save(self) -> bool:
        """Editors write drafts; what shoppers see takes a publisher."""
        published = self.product is not None and self.product.status is not Status.DRAFT
        return may(role_of_request(), "product.publish" if published else "product.edit")

    @property
    def may_propose(self) -> bool:
        return self.product is not None and may_propose(self.product)

    @property
    def may_write(self) -> bool:
        """Whether what is typed can go anywhere."""
        return self.may_save or self.may_propose

    @property
    def proposal(self) -> Proposal | None:
        """The user's own proposal for this product that waits for a publisher."""
        if self.product is None or not self.may_propose:
            return None
        return open_proposal_of(get_session(), self.product.id, author_of_request())

    @property
    def may_delete(self) -> bool:
        """Whether the product can be removed by who looks at it: never public, and theirs to change."""
        return self.product is not None and self.may_save and may_be_deleted(get_session(), self.product)

    @property
    def may_publish(self) -> bool:
        return may(role_of_request(), "product.publish")

    @property
    def complaints(self) -> list[tuple[str, str, str]]:
        """Field, label and reason of every error, for the summary."""
        return [(name, field_name(name), text) for name, texts in self.refusals.items() for text in texts]


def edit_page(
    form: ProductForm,
    state: ProductState,
    product: Product | None,
    refusals: Refusals | None = None,
    reasons: Mapping[str, str] | None = None,
) -> Response:
    """The form with its errors and the content check's findings; 422 when something must be corrected."""
    session, ruleset = get_session(), get_ruleset()
    accepted = acceptances(session, product.id, today()) if product else Acceptances()
    known = {**accepted.reasons, **(reasons or {})}
    given = {key: reason for key, reason in known.items() if reason}
    brands = KnownBrands(session)
    names = brands.names(MOST_TO_CHOOSE)  # before the one that is typed, which becomes known too
    prepared, impossible = _validated(state, brands, msgspec.structs.replace(accepted, reasons=given))
    found = refusals_of(impossible, refusals)
    reduction = reduction_of(state, product)
    is_unsaved = request.method == "POST" or "unsaved" in request.args
    waiting = None if is_unsaved else own_unsaved_form(product)
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
        sentences=sentences(prepared, known) if prepared else {},
        label=label_findings(state) if prepared else {},
        brands=names,
        lacking=_lacking(prepared, brands, form, reduction, found) if prepared else (),
        lacking_english=tuple(missing_texts(state, "en")),
        reduction=_reduction_in_words(reduction),
        reasons=known,
        is_unsaved=is_unsaved,
        waits_since=waiting.at if waiting else None,
    )
    html = render_template("admin/products/edit.html", page=page, title=_title(product), ruleset=ruleset)
    return make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if refusals else 200)


def _validated(
    state: ProductState, brands: KnownBrands, accepted: Acceptances
) -> tuple[ValidatedProduct | None, tuple[ProductProblem, ...]]:
    """The product with its findings, and the values that not even a draft may have; those are left out of it."""
    ruleset = get_ruleset()
    try:
        return validate_named(state, ruleset, brands, accepted), ()
    except RefusedError as error:
        problems = error.problems
    empty = ProductState(sku="new", slug="new")
    fields = {each.field for each in problems} & set(state.__struct_fields__)
    without = msgspec.structs.replace(state, **{name: getattr(empty, name) for name in fields})
    try:
        return validate_named(without, ruleset, brands, accepted), problems
    except RefusedError:
        return None, problems


def _lacking(
    prepared: ValidatedProduct,
    brands: KnownBrands,
    form: ProductForm,
    reduction: Reference | ProductProblem | None,
    refused: Refusals,
) -> tuple[ProductProblem, ...]:
    """All that publishing would refuse, as its page lists it; fields that are refused already stand above the list."""
    name = prepared.state.brand
    known = brands.find(name) or KnownBrand(0, name)
    address = known.address if known.address.strip() else form.brand_address.data or ""
    lacking = publishing_problems(prepared, msgspec.structs.replace(known, address=address))
    if isinstance(reduction, ProductProblem):
        lacking = (*lacking, reduction)
    return tuple(problem for problem in lacking if problem.field not in refused)


def _title(product: Product | None) -> str:
    return str(_("New product")) if product is None else name_or_sku(product)


def reduction_of(state: ProductState, product: Product | None) -> Reference | ProductProblem | None:
    """The earlier price of an announced reduction, or why there is none; None without a reduction."""
    if not state.reduced:
        return None
    points = prices_of(get_session(), product.id) if product else ()
    return reference_price([Point(one.at, one.cents) for one in reversed(points)], state.price_cents, now())


def _reduction_in_words(found: Reference | ProductProblem | None) -> str:
    """The earlier price that shoppers would see beside an announced reduction, or why there is none."""
    if found is None:
        return ""
    if isinstance(found, ProductProblem):
        return f"{field_name(found.field)} {found.text(current_language())}"
    if found.until <= today():
        return str(_("Shoppers see no reduction any more: the price has been this low for 30 days."))
    last = format_date(found.until - timedelta(days=1), "long", locale=current_language())
    return str(
        _(
            "Shoppers see %(price)s as the lowest price of the 30 days before, up to and including %(day)s.",
            price=euro(found.cents),
            day=last,
        )
    )
