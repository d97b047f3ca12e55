"""What follows from a composition: elemental magnesium per form, buffered products, impossible chemistry."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from catalog.product_problems import ProductProblem, RefusedError
from recommend.chemistry import compound_from_elemental, elemental_from_compound, half_up, oxide_share_of_magnesium
from recommend.knowledge import Ruleset
from recommend.text import Text

# Labels round: a stated elemental amount may be this much above what the pure compound can hold.
LABEL_ROUNDING = Fraction(3, 100)
BUFFERED_WITH = "oxide"


class CompositionError(RefusedError):
    """A composition that cannot be, because of one line."""

    def __init__(self, stated: "LabelLine", ruleset: Ruleset, code: str, **values: str) -> None:
        self.code = code
        super().__init__([ProductProblem("composition", code, {"form": form_name(stated.form, ruleset), **values})])


def form_name(form: str, ruleset: Ruleset) -> str | Text:
    """What a form is called; one that we do not know as it was stated."""
    return ruleset.forms[form].short_name if form in ruleset.forms else form


class LabelLine(Struct, frozen=True, gc=False):
    """One line of a label, per unit: micrograms of compound, of elemental magnesium, or of both."""

    form: str
    salt: str | None = None
    compound_ug: int | None = None
    elemental_ug: int | None = None


class Line(Struct, frozen=True, gc=False):
    """One line worked out, per unit. `oxide_ug` is the magnesium that must come from oxide when buffered."""

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
        """Elemental magnesium as a share of the compound."""
        return Fraction(self.elemental_ug, self.compound_ug) if self.compound_ug else None


def work_out(stated: LabelLine, ruleset: Ruleset) -> Line:
    """Compute the amount that the label leaves out; where both are stated, find out what is mixed in.

    Raises CompositionError for an unknown form or salt, and for amounts that cannot be.
    """
    fraction = _fraction(stated, ruleset)
    compound, elemental = stated.compound_ug, stated.elemental_ug
    for amount in (compound, elemental):
        if amount is not None and amount <= 0:
            raise CompositionError(stated, ruleset, "not-above-zero")
    if elemental is None:
        if compound is None:
            raise CompositionError(stated, ruleset, "no-amount")
        if fraction is None:
            raise CompositionError(stated, ruleset, "no-single-formula")
        return Line(stated.form, stated.salt, compound, elemental_from_compound(compound, fraction))
    if compound is None:
        computed = compound_from_elemental(elemental, fraction) if fraction else None
        return Line(stated.form, stated.salt, computed, elemental)
    oxide = _oxide_in(stated, compound, elemental, ruleset)
    return Line(stated.form, stated.salt, compound, elemental, oxide)


def worked_out(composition: Iterable[LabelLine], ruleset: Ruleset) -> list[Line]:
    """The lines that can be worked out; a draft may hold some without an amount yet."""
    lines = []
    for stated in composition:
        try:
            lines.append(work_out(stated, ruleset))
        except CompositionError:
            continue
    return lines


def _fraction(stated: LabelLine, ruleset: Ruleset) -> Fraction | None:
    if stated.form not in ruleset.forms:
        raise CompositionError(stated, ruleset, "unknown-form")
    try:
        return ruleset.fraction_of(stated.form, stated.salt)
    except KeyError as error:
        raise CompositionError(stated, ruleset, "unknown-salt", salt=str(stated.salt)) from error


def _oxide_in(stated: LabelLine, compound_ug: int, elemental_ug: int, ruleset: Ruleset) -> int:
    """Micrograms of magnesium from oxide in a line that states both amounts, 0 when the compound is pure."""
    if elemental_ug >= compound_ug:
        raise CompositionError(stated, ruleset, "all-magnesium")
    label = Fraction(elemental_ug, compound_ug)
    pure = _richest(stated, ruleset)
    if pure is None or label <= pure * (1 + LABEL_ROUNDING):
        return 0
    if label > (ruleset.fraction_of(BUFFERED_WITH) or 0):
        raise CompositionError(stated, ruleset, "richer-than-oxide")
    return half_up(elemental_ug * oxide_share_of_magnesium(label, pure))


def _richest(stated: LabelLine, ruleset: Ruleset) -> Fraction | None:
    """The most magnesium that the named salt, or any salt of the form, can hold."""
    if stated.salt is not None:
        return ruleset.fraction_of(stated.form, stated.salt)
    salts = ruleset.forms[ruleset.forms[stated.form].record].salts
    return max((salt.magnesium_fraction for salt in salts), default=None)


class Magnesium(Struct, frozen=True, gc=False):
    """The elemental magnesium in a unit, in micrograms."""

    by_form: Mapping[str, int]
    total_ug: int
    counts_as: tuple[str, ...]
    """The forms that give at least half of it, in alphabetical order; a product counts as these."""


def magnesium_in(lines: Sequence[Line]) -> Magnesium:
    """What the lines give together, the oxide of buffered ones counted as oxide."""
    amounts: dict[str, int] = {}
    for line in lines:
        amounts[line.form] = amounts.get(line.form, 0) + line.elemental_ug - line.oxide_ug
        if line.buffered:
            amounts[BUFFERED_WITH] = amounts.get(BUFFERED_WITH, 0) + line.oxide_ug
    total = sum(amounts.values())
    return Magnesium(amounts, total, tuple(form for form in sorted(amounts) if 0 < total <= 2 * amounts[form]))
