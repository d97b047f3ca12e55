"""Validation of a product: refuse impossible values, derive magnesium and prices, list what blocks publishing."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from catalog.composition import CompositionError, LabelLine, Line, Magnesium, form_name, magnesium_in, work_out
from catalog.edits.field_limits import derived_problems, field_problems, missing_fields
from catalog.prices import tenth_cents_per_100mg, tenth_cents_per_day
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import TEXTS, ProductState
from recommend.claims.product import ProductFinding, check_product
from recommend.knowledge import Ruleset
from recommend.text import Text

AMOUNT_MISSING = ("no-amount", "no-single-formula")
"""Codes of composition problems that a draft may have."""


class ValidatedProduct(Struct, frozen=True, gc=False):
    """A product ready to write. Amounts in ug elemental per unit, prices in tenths of a cent.

    `publish_blockers` are the problems that block publishing; `not_permitted` the forms that the law does not allow.
    """

    state: ProductState
    magnesium: Magnesium
    findings: tuple[ProductFinding, ...]
    not_permitted: tuple[str, ...]
    publish_blockers: tuple[ProductProblem, ...]

    @property
    def magnesium_ug(self) -> int:
        return self.magnesium.total_ug

    @property
    def tenth_cents_per_100mg(self) -> int:
        state = self.state
        if not (state.price_cents and self.magnesium_ug and state.units_per_pack):
            return 0
        return tenth_cents_per_100mg(state.price_cents, self.magnesium_ug, state.units_per_pack)

    @property
    def tenth_cents_per_day(self) -> int:
        state = self.state
        if not state.units_per_pack:
            return 0
        return tenth_cents_per_day(state.price_cents, state.units_per_pack, state.units_per_day)

    @property
    def blocked(self) -> tuple[ProductFinding, ...]:
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def open_warnings(self) -> int:
        """The number of sentences that a person must still review."""
        return sum(blocker.code == "open-warning" for blocker in self.publish_blockers)

    @property
    def portion_too_small(self) -> bool:
        """Whether a claim requires more magnesium than a daily portion gives."""
        return any(found.finding.verdict in ("authorised", "nutrition_content") for found in self.blocked)


def validate(state: ProductState, ruleset: Ruleset, accepted: Mapping[str, str] | None = None) -> ValidatedProduct:
    """Validate a product and derive the rest; `accepted` are the reasons to accept warnings, by finding.

    Raises RefusedError for values that not even a draft may have.
    """
    composed = _composition_of(state.composition, ruleset)
    problems = [*field_problems(state), *composed.impossible]
    if problems := problems or list(derived_problems(state, composed.magnesium.total_ug)):
        raise RefusedError(problems, state.sku)
    findings = _findings(state, composed.magnesium.total_ug * state.units_per_day, ruleset)
    not_permitted = (form_name(form, ruleset) for form in composed.not_permitted)
    publish_blockers = [
        *missing_fields(state),
        *composed.missing,
        *(ProductProblem("composition", "form-not-permitted", {"form": name}) for name in not_permitted),
        *_claim_problems(findings, accepted or {}),
    ]
    return ValidatedProduct(state, composed.magnesium, findings, composed.not_permitted, tuple(publish_blockers))


class _Composition(Struct, frozen=True, gc=False):
    """Results derived from a composition; `missing` are amounts that a draft may leave out."""

    magnesium: Magnesium
    not_permitted: tuple[str, ...]
    impossible: tuple[ProductProblem, ...]
    missing: tuple[ProductProblem, ...]


@lru_cache(4096)
def _composition_of(composition: tuple[LabelLine, ...], ruleset: Ruleset) -> _Composition:
    """Cached, since many products share a composition."""
    lines: list[Line] = []
    impossible: list[ProductProblem] = []
    missing: list[ProductProblem] = []
    for label_line in composition:
        try:
            lines.append(work_out(label_line, ruleset))
        except CompositionError as error:
            (missing if error.code in AMOUNT_MISSING else impossible).extend(error.problems)
            lines.append(Line(label_line.form, label_line.salt, label_line.compound_ug, 0))
    not_permitted = tuple(_not_permitted(composition, ruleset))
    return _Composition(magnesium_in(lines), not_permitted, tuple(impossible), tuple(missing))


def _findings(state: ProductState, portion_ug: int, ruleset: Ruleset) -> tuple[ProductFinding, ...]:
    texts: dict[str, Text | str] = {name: state.text(name) for name in (*TEXTS, "alt")}
    return check_product(texts | {"brand": state.brand}, portion_ug, ruleset.directory)


def _not_permitted(composition: tuple[LabelLine, ...], ruleset: Ruleset) -> Iterator[str]:
    for label_line in composition:
        form = ruleset.forms.get(label_line.form)
        if form is not None and ruleset.forms[form.record].annex_ii is None:
            yield label_line.form


def _claim_problems(findings: tuple[ProductFinding, ...], accepted: Mapping[str, str]) -> Iterator[ProductProblem]:
    for found in findings:
        field = f"{found.field}_{found.language}" if found.field in (*TEXTS, "alt") else found.field
        values = {"text": found.finding.text.strip(), "why": found.finding.why}
        if found.blocks:
            yield ProductProblem(field, "blocked-text", values)
        elif found.identity not in accepted:
            yield ProductProblem(field, "open-warning", values)
