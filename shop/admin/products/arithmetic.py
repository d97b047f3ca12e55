"""The sum behind each line of a composition: what the label states, and what follows from it."""

from fractions import Fraction
from typing import Literal

from msgspec import Struct

from catalog.composition import CompositionError, Line, Stated, work_out
from recommend.knowledge import Ruleset

Computed = Literal["elemental", "compound", "share", "nothing"]


class Sum(Struct, frozen=True):
    """A line worked out; `computed` names what was computed, `fraction` the magnesium in the pure compound."""

    line: Line
    computed: Computed
    fraction: Fraction | None


def sums(composition: tuple[Stated, ...], ruleset: Ruleset) -> list[Sum]:
    """The lines that can be worked out; the others are refused elsewhere."""
    found = []
    for stated in composition:
        try:
            line = work_out(stated, ruleset)
        except CompositionError:
            continue
        found.append(Sum(line, _computed(stated, line), ruleset.fraction_of(stated.form, stated.salt)))
    return found


def _computed(stated: Stated, line: Line) -> Computed:
    if stated.elemental_ug is None:
        return "elemental"
    if stated.compound_ug is not None:
        return "share"
    return "nothing" if line.compound_ug is None else "compound"
