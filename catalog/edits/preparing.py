"""From what is stated to what is stored: refuse what cannot be, derive the rest, see what publishing still lacks."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from catalog.composition import CompositionError, Line, Stated, counts_as_form, form_name, magnesium_by_form, work_out
from catalog.edits.checking import field_problems, lacking
from catalog.edits.state import TEXTS, ProductState
from catalog.pricing import tenth_cents_per_100mg, tenth_cents_per_day
from catalog.problems import Problem, RefusedError
from recommend.claims.product import ProductFinding, check_product
from recommend.knowledge import Ruleset
from recommend.text import Text

NOT_STATED_YET = ("no-amount", "no-single-formula")


class Prepared(Struct, frozen=True):
    """A product ready to be written. Amounts in ug elemental per unit, prices in tenths of a cent.

    `stops` keep it from being published; `not_permitted` are its forms that the law does not allow.
    """

    state: ProductState
    lines: tuple[Line, ...]
    amounts: Mapping[str, int]
    findings: tuple[ProductFinding, ...]
    not_permitted: tuple[str, ...]
    stops: tuple[Problem, ...]

    @property
    def magnesium_ug(self) -> int:
        return sum(self.amounts.values())

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
    def counts_as(self) -> tuple[str, ...]:
        """The forms that give at least half of its magnesium, in alphabetical order."""
        return tuple(form for form in sorted(self.amounts) if self.amounts[form] and counts_as_form(form, self.amounts))

    @property
    def blocked(self) -> tuple[ProductFinding, ...]:
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def open_warnings(self) -> int:
        """How many sentences a person must still judge."""
        return sum(stop.code == "open-warning" for stop in self.stops)

    @property
    def portion_too_small(self) -> bool:
        """Whether a claim asks for more magnesium than a daily portion gives."""
        return any(found.finding.verdict in ("authorised", "nutrition_content") for found in self.blocked)


def prepare(state: ProductState, ruleset: Ruleset, accepted: Mapping[str, str] | None = None) -> Prepared:
    """Derive all that follows from a stated product; `accepted` are the reasons given for warnings, by finding.

    Raises RefusedError for what not even a draft may hold.
    """
    problems = list(field_problems(state))
    lines: list[Line] = []
    missing: list[Problem] = []
    for stated in state.composition:
        try:
            lines.append(work_out(stated, ruleset))
        except CompositionError as error:
            known_later = error.code in NOT_STATED_YET
            (missing if known_later else problems).extend(error.problems)
            lines.append(Line(stated.form, stated.salt, stated.compound_ug, 0))
    if problems:
        raise RefusedError(problems, state.sku)
    amounts = magnesium_by_form(lines)
    findings = _findings(state, sum(amounts.values()) * state.units_per_day, ruleset)
    not_permitted = tuple(_not_permitted(state.composition, ruleset))
    stops = [
        *lacking(state),
        *missing,
        *(Problem("composition", "form-not-permitted", {"form": form_name(form, ruleset)}) for form in not_permitted),
        *_claims(findings, accepted or {}),
    ]
    return Prepared(state, tuple(lines), amounts, findings, not_permitted, tuple(stops))


def _findings(state: ProductState, portion_ug: int, ruleset: Ruleset) -> tuple[ProductFinding, ...]:
    texts: dict[str, Text | str] = {name: state.text(name) for name in (*TEXTS, "alt")}
    return check_product(texts | {"brand": state.brand}, portion_ug, ruleset.directory)


def _not_permitted(composition: tuple[Stated, ...], ruleset: Ruleset) -> Iterator[str]:
    for stated in composition:
        form = ruleset.forms.get(stated.form)
        if form is not None and ruleset.forms[form.record].annex_ii is None:
            yield stated.form


def _claims(findings: tuple[ProductFinding, ...], accepted: Mapping[str, str]) -> Iterator[Problem]:
    for found in findings:
        field = f"{found.field}_{found.language}" if found.field in (*TEXTS, "alt") else found.field
        values = {"text": found.finding.text.strip(), "why": found.finding.why}
        if found.blocks:
            yield Problem(field, "blocked-text", values)
        elif found.identity not in accepted:
            yield Problem(field, "open-warning", values)
