"""Magnesium arithmetic: the share of magnesium in a compound, and the check of a label against it.

Masses, of elemental magnesium and of compounds alike, are whole micrograms (ug).
"""

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

ATOMIC_WEIGHT = {
    "H": Decimal("1.008"),
    "C": Decimal("12.011"),
    "N": Decimal("14.007"),
    "O": Decimal("15.999"),
    "Mg": Decimal("24.305"),
    "P": Decimal("30.974"),
    "S": Decimal("32.06"),
    "Cl": Decimal("35.45"),
    "K": Decimal("39.098"),
}
"""IUPAC abridged standard atomic weights, in g/mol."""
OXIDE_FORMULA = "MgO"
UG_PER_MG = 1000
"""Micrograms in a milligram."""
_TOKEN = re.compile(r"([A-Z][a-z]?)(\d*)|(\()|(\))(\d*)")


def atoms(formula: str) -> dict[str, int]:
    """Number of atoms by element in a formula such as `4MgCO3·Mg(OH)2·5H2O`.

    Raises ValueError for an unknown element or unbalanced parentheses.
    """
    total: dict[str, int] = {}
    for part in formula.split("·"):
        match = re.match(r"(\d*)(.+)", part)
        if match is None:
            raise ValueError(f"empty part in formula {formula!r}")
        times = int(match[1] or 1)
        for element, count in _atoms_of_part(match[2], formula).items():
            total[element] = total.get(element, 0) + times * count
    return total


def _atoms_of_part(part: str, formula: str) -> dict[str, int]:
    stack: list[dict[str, int]] = [{}]
    position = 0
    while position < len(part):
        match = _TOKEN.match(part, position)
        if match is None:
            raise ValueError(f"cannot read {part[position:]!r} in formula {formula!r}")
        element, count, opening, closing, times = match.groups()
        if opening:
            stack.append({})
        elif closing:
            if len(stack) == 1:
                raise ValueError(f"unbalanced parentheses in formula {formula!r}")
            for inner, n in stack.pop().items():
                stack[-1][inner] = stack[-1].get(inner, 0) + n * int(times or 1)
        else:
            if element not in ATOMIC_WEIGHT:
                raise ValueError(f"unknown element {element!r} in formula {formula!r}")
            stack[-1][element] = stack[-1].get(element, 0) + int(count or 1)
        position = match.end()
    if len(stack) != 1:
        raise ValueError(f"unbalanced parentheses in formula {formula!r}")
    return stack[0]


@lru_cache(maxsize=256)
def magnesium_fraction(formula: str) -> Fraction:
    """Share of magnesium in the mass of a compound, from 0 to 1, by standard atomic weights.

    Raises ValueError as `atoms` does, and for a formula without mass such as `Mg0`.
    """
    count = atoms(formula)
    mass = sum((ATOMIC_WEIGHT[element] * n for element, n in count.items()), Decimal(0))
    if mass == 0:
        raise ValueError(f"no mass in formula {formula!r}")
    return Fraction(ATOMIC_WEIGHT["Mg"] * count.get("Mg", 0)) / Fraction(mass)


def elemental_from_compound(compound_ug: int, fraction: Fraction) -> int:
    """Elemental magnesium (ug) in a mass of compound (ug), rounded half up."""
    return half_up(compound_ug * fraction)


def compound_from_elemental(elemental_ug: int, fraction: Fraction) -> int:
    """Mass of compound (ug) that contains the given elemental magnesium (ug), rounded half up."""
    return half_up(elemental_ug / fraction)


def half_up(value: Fraction) -> int:
    """Nearest integer to a non-negative fraction, halves up; exact, unlike rounding a float."""
    return rounded(value.numerator, value.denominator)


def rounded(numerator: int, denominator: int) -> int:
    """Nearest integer to a non-negative quotient, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def oxide_share_of_magnesium(label_fraction: Fraction, pure_fraction: Fraction) -> Fraction:
    """Share of the magnesium that must be oxide when the label shows more than the pure compound can contain.

    A "bisglycinate" with 20 % magnesium cannot be pure (14.1 %). Solving for a mixture with oxide (60.3 %) gives the
    mass share of the oxide, and from that its share of the magnesium (39 % here). Returns 0 when the label fits the
    pure compound and 1 at or above the share of pure oxide.
    """
    oxide = magnesium_fraction(OXIDE_FORMULA)
    if label_fraction <= pure_fraction:
        return Fraction(0)
    if label_fraction >= oxide:
        return Fraction(1)
    mass_share = (label_fraction - pure_fraction) / (oxide - pure_fraction)
    return mass_share * oxide / label_fraction
