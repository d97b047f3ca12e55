"""Composition arithmetic: elemental magnesium per form, buffered products, chemically impossible amounts."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from catalog.product_problems import ProductProblem, RefusedError
from recommend.chemistry import compound_from_elemental, elemental_from_compound, half_up, oxide_share_of_magnesium
from recommend.knowledge import Ruleset
from recommend.text import Text

LABEL_ROUNDING = Fraction(3, 100)
"""The margin for rounding on labels: the elemental amount may exceed the pure compound's maximum by this share."""
BUFFERED_WITH = "oxide"
"""The form that buffers a compound whose label shows more magnesium than the pure compound can contain."""


class CompositionError(RefusedError):
    """An impossible composition; `code` and `problems` name the one label line that causes it."""

    def __init__(self, label_line: "LabelLine", ruleset: Ruleset, code: str, **values: str) -> None:
        self.code = code
        super().__init__([ProductProblem("composition", code, {"form": form_name(label_line.form, ruleset), **values})])


def form_name(form: str, ruleset: Ruleset) -> str | Text:
    """The short name of a form; an unknown form keeps the name on the label."""
    return ruleset.forms[form].short_name if form in ruleset.forms else form


class LabelLine(Struct, frozen=True, gc=False):
    """One line of a label, per unit: micrograms of compound, of elemental magnesium, or of both."""

    form: str
    salt: str | None = None
    compound_ug: int | None = None
    elemental_ug: int | None = None


class Line(Struct, frozen=True, gc=False):
    """A label line with all amounts computed, in micrograms per unit.

    `oxide_ug` is the elemental magnesium that must come from oxide because the line is buffered, 0 for a pure compound.
    """

    form: str
    salt: str | None
    compound_ug: int | None
    elemental_ug: int
    oxide_ug: int = 0

    @property
    def buffered(self) -> bool:
        return self.oxide_ug > 0

    @property
    def percentage(self) -> Fraction | None:
        """The elemental magnesium as a fraction of the compound, None without a compound amount."""
        return Fraction(self.elemental_ug, self.compound_ug) if self.compound_ug else None


def work_out(label_line: LabelLine, ruleset: Ruleset) -> Line:
    """Compute the amount that a label line leaves out; with both amounts given, compute the share of oxide.

    Raises CompositionError for an unknown form or salt and for impossible amounts.
    """
    fraction = _fraction(label_line, ruleset)
    compound, elemental = label_line.compound_ug, label_line.elemental_ug
    for amount in (compound, elemental):
        if amount is not None and amount <= 0:
            raise CompositionError(label_line, ruleset, "not-above-zero")
    if elemental is None:
        if compound is None:
            raise CompositionError(label_line, ruleset, "no-amount")
        if fraction is None:
            raise CompositionError(label_line, ruleset, "no-single-formula")
        return Line(label_line.form, label_line.salt, compound, elemental_from_compound(compound, fraction))
    if compound is None:
        computed = compound_from_elemental(elemental, fraction) if fraction else None
        return Line(label_line.form, label_line.salt, computed, elemental)
    oxide = _oxide_in(label_line, compound, elemental, ruleset)
    return Line(label_line.form, label_line.salt, compound, elemental, oxide)


def worked_out(composition: Iterable[LabelLine], ruleset: Ruleset) -> list[Line]:
    """Work out the label lines; a draft's lines without amounts are left out."""
    lines = []
    for label_line in composition:
        try:
            lines.append(work_out(label_line, ruleset))
        except CompositionError:
            continue
    return lines


def _fraction(label_line: LabelLine, ruleset: Ruleset) -> Fraction | None:
    if label_line.form not in ruleset.forms:
        raise CompositionError(label_line, ruleset, "unknown-form")
    try:
        return ruleset.fraction_of(label_line.form, label_line.salt)
    except KeyError as error:
        raise CompositionError(label_line, ruleset, "unknown-salt", salt=str(label_line.salt)) from error


def _oxide_in(label_line: LabelLine, compound_ug: int, elemental_ug: int, ruleset: Ruleset) -> int:
    """Micrograms of magnesium from oxide in a line with both amounts, 0 when the compound is pure."""
    if elemental_ug >= compound_ug:
        raise CompositionError(label_line, ruleset, "all-magnesium")
    label = Fraction(elemental_ug, compound_ug)
    pure = _richest(label_line, ruleset)
    if pure is None or label <= pure * (1 + LABEL_ROUNDING):
        return 0
    if label > (ruleset.fraction_of(BUFFERED_WITH) or 0):
        raise CompositionError(label_line, ruleset, "richer-than-oxide")
    return half_up(elemental_ug * oxide_share_of_magnesium(label, pure))


def _richest(label_line: LabelLine, ruleset: Ruleset) -> Fraction | None:
    """The largest magnesium fraction of the named salt, or of any salt of the form; None without a formula."""
    if label_line.salt is not None:
        return ruleset.fraction_of(label_line.form, label_line.salt)
    salts = ruleset.forms[ruleset.forms[label_line.form].record].salts
    return max((salt.magnesium_fraction for salt in salts), default=None)


class Magnesium(Struct, frozen=True, gc=False):
    """Elemental magnesium in one unit, in micrograms."""

    by_form: Mapping[str, int]
    total_ug: int
    counts_as: tuple[str, ...]
    """The forms that supply at least half of the total, in alphabetical order; the product counts as these."""


def magnesium_in(lines: Sequence[Line]) -> Magnesium:
    """The sum of the lines by form; the oxide in buffered lines counts as oxide."""
    amounts: dict[str, int] = {}
    for line in lines:
        amounts[line.form] = amounts.get(line.form, 0) + line.elemental_ug - line.oxide_ug
        if line.buffered:
            amounts[BUFFERED_WITH] = amounts.get(BUFFERED_WITH, 0) + line.oxide_ug
    total = sum(amounts.values())
    return Magnesium(amounts, total, tuple(form for form in sorted(amounts) if 0 < total <= 2 * amounts[form]))
