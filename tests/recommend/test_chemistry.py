"""Share of magnesium by compound: every value of the fact base, to a hundredth of a percent."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommend.chemistry import (
    atoms,
    compound_from_elemental,
    elemental_from_compound,
    half_up,
    magnesium_fraction,
    oxide_share_of_magnesium,
)
from recommend.knowledge import Ruleset

# compound, formula, % magnesium, mg of compound for 100 mg of magnesium
TABLE = [
    ("oxide", "MgO", "60.30", 166),
    ("hydroxide", "Mg(OH)2", "41.68", 240),
    ("carbonate (neutral, anhydrous)", "MgCO3", "28.83", 347),
    ("carbonate, basic/heavy (hydromagnesite type)", "4MgCO3·Mg(OH)2·5H2O", "25.02", 400),
    ("chloride anhydrous", "MgCl2", "25.53", 392),
    ("chloride hexahydrate", "MgCl2·6H2O", "11.96", 836),
    ("sulfate anhydrous", "MgSO4", "20.19", 495),
    ("sulfate monohydrate", "MgSO4·H2O", "17.56", 569),
    ("sulfate heptahydrate (Epsom)", "MgSO4·7H2O", "9.86", 1014),
    ("citrate: trimagnesium dicitrate anhydrous (3:2)", "Mg3(C6H5O7)2", "16.16", 619),
    ("citrate: trimagnesium dicitrate nonahydrate", "Mg3(C6H5O7)2·9H2O", "11.89", 841),
    ("citrate: trimagnesium dicitrate tetradecahydrate", "Mg3(C6H5O7)2·14H2O", "10.37", 965),
    ("citrate: magnesium hydrogen citrate (1:1) anhydrous", "MgC6H6O7", "11.34", 882),
    ("potassium citrate (1:1:1) anhydrous", "KMgC6H5O7", "9.63", 1039),
    ("bisglycinate anhydrous or glycinate", "Mg(C2H4NO2)2", "14.10", 709),
    ("bisglycinate monohydrate", "Mg(C2H4NO2)2·H2O", "12.76", 784),
    ("bisglycinate dihydrate", "Mg(C2H4NO2)2·2H2O", "11.66", 858),
    ("taurate anhydrous (ditaurate)", "Mg(C2H6NO3S)2", "8.92", 1121),
    ("taurate dihydrate", "Mg(C2H6NO3S)2·2H2O", "7.88", 1270),
    ("N-acetyl taurate anhydrous", "Mg(C4H8NO4S)2", "6.81", 1467),
    ("N-acetyl taurate dihydrate", "Mg(C4H8NO4S)2·2H2O", "6.19", 1616),
    ("malate (1:1) anhydrous", "MgC4H4O5", "15.54", 643),
    ("malate trihydrate", "MgC4H4O5·3H2O", "11.55", 866),
    ("L-lactate anhydrous", "Mg(C3H5O3)2", "12.01", 833),
    ("lactate dihydrate", "Mg(C3H5O3)2·2H2O", "10.19", 981),
    ("lactate trihydrate", "Mg(C3H5O3)2·3H2O", "9.48", 1055),
    ("gluconate anhydrous", "Mg(C6H11O7)2", "5.86", 1706),
    ("gluconate dihydrate", "Mg(C6H11O7)2·2H2O", "5.39", 1854),
    ("L-threonate anhydrous", "Mg(C4H7O5)2", "8.25", 1212),
    ("L-threonate monohydrate", "Mg(C4H7O5)2·H2O", "7.78", 1286),
    ("orotate anhydrous", "Mg(C5H3N2O4)2", "7.27", 1376),
    ("orotate dihydrate", "Mg(C5H3N2O4)2·2H2O", "6.56", 1524),
    ("glycerophosphate anhydrous", "MgC3H7O6P", "12.51", 800),
    ("L-aspartate anhydrous", "Mg(C4H6NO4)2", "8.42", 1187),
    ("L-aspartate dihydrate", "Mg(C4H6NO4)2·2H2O", "7.49", 1335),
    ("L-aspartate tetrahydrate", "Mg(C4H6NO4)2·4H2O", "6.74", 1483),
    ("L-pidolate (pyroglutamate) anhydrous", "Mg(C5H6NO3)2", "8.66", 1154),
    ("L-ascorbate anhydrous", "Mg(C6H7O6)2", "6.49", 1541),
    ("acetate anhydrous", "Mg(C2H3O2)2", "17.07", 586),
    ("acetate tetrahydrate", "Mg(C2H3O2)2·4H2O", "11.33", 882),
    ("succinate anhydrous", "MgC4H4O4", "17.31", 578),
    ("pyruvate anhydrous", "Mg(C3H3O3)2", "12.25", 816),
    ("L-lysinate anhydrous (1:2)", "Mg(C6H13N2O2)2", "7.72", 1295),
    ("hydrogen phosphate trihydrate", "MgHPO4·3H2O", "13.94", 717),
    ("trimagnesium phosphate pentahydrate", "Mg3(PO4)2·5H2O", "20.66", 484),
]
TOLERANCE = Fraction(5, 100_000)  # 0.005 percentage points


@pytest.mark.parametrize(("formula", "percent", "for_100"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_compound_holds_the_magnesium_of_the_fact_base(formula: str, percent: str, for_100: int) -> None:
    fraction = magnesium_fraction(formula)
    assert abs(fraction - Fraction(Decimal(percent)) / 100) <= TOLERANCE
    assert abs(compound_from_elemental(100_000, fraction) - for_100 * 1000) <= 500


def test_every_salt_of_the_ruleset_is_in_the_table_and_every_line_of_the_table_is_a_salt(ruleset: Ruleset) -> None:
    formulas = {salt.formula for form in ruleset.forms.values() for salt in form.salts}
    assert formulas == {row[1] for row in TABLE}


@pytest.mark.parametrize(
    ("formula", "counted"),
    [
        ("MgO", {"Mg": 1, "O": 1}),
        ("Mg(OH)2", {"Mg": 1, "O": 2, "H": 2}),
        ("MgCl2·6H2O", {"Mg": 1, "Cl": 2, "H": 12, "O": 6}),
        ("4MgCO3·Mg(OH)2·5H2O", {"Mg": 5, "C": 4, "O": 19, "H": 12}),
        ("Mg((CH2)3)2", {"Mg": 1, "C": 6, "H": 12}),
        ("HMgH", {"H": 2, "Mg": 1}),
    ],
)
def test_atoms_are_counted_through_parentheses_and_water(formula: str, counted: dict[str, int]) -> None:
    assert atoms(formula) == counted


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("", "empty part"),
        ("MgO·", "empty part"),
        ("·MgO", "empty part"),
        ("XgO", "unknown element 'Xg'"),
        ("MgNa", "unknown element 'Na'"),
        ("Mg(OH", "unbalanced"),
        ("MgOH)2", "unbalanced"),
        ("Mg)(", "unbalanced"),
        ("mgo", "cannot read 'mgo'"),
        ("Mg O", "cannot read ' O'"),
        ("Mg-O", "cannot read '-O'"),
        ("12", "cannot read"),
    ],
)
def test_a_formula_that_cannot_be_read_is_refused_with_the_reason(formula: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        magnesium_fraction(formula)


def test_a_compound_without_magnesium_has_a_fraction_of_0() -> None:
    assert magnesium_fraction("H2O") == 0
    assert magnesium_fraction("Mg") == 1


BISGLYCINATE = magnesium_fraction("Mg(C2H4NO2)2")


@pytest.mark.parametrize(("label", "share"), [(18, 28), (20, 39), (22, 47), (24, 54)])
def test_the_label_of_a_buffered_bisglycinate_gives_away_how_much_is_oxide(label: int, share: int) -> None:
    found = oxide_share_of_magnesium(Fraction(label, 100), BISGLYCINATE)
    assert half_up(found * 100) == share


@pytest.mark.parametrize("label", [Fraction(0), Fraction(14, 100), BISGLYCINATE])
def test_a_label_up_to_that_of_the_pure_compound_gives_away_no_oxide(label: Fraction) -> None:
    assert oxide_share_of_magnesium(label, BISGLYCINATE) == 0


@pytest.mark.parametrize("label", [magnesium_fraction("MgO"), Fraction(61, 100), Fraction(1)])
def test_a_label_from_that_of_pure_oxide_on_is_all_oxide(label: Fraction) -> None:
    assert oxide_share_of_magnesium(label, BISGLYCINATE) == 1


@given(percent=st.integers(1, 99))
def test_more_magnesium_on_the_label_never_means_less_oxide(percent: int) -> None:
    less, more = (oxide_share_of_magnesium(Fraction(p, 100), BISGLYCINATE) for p in (percent, percent + 1))
    assert 0 <= less <= more <= 1


@given(elemental_ug=st.integers(0, 5_000_000), row=st.sampled_from(TABLE))
def test_from_magnesium_to_compound_and_back_is_the_same_to_the_microgram(
    elemental_ug: int, row: tuple[str, str, str, int]
) -> None:
    fraction = magnesium_fraction(row[1])
    assert elemental_from_compound(compound_from_elemental(elemental_ug, fraction), fraction) == elemental_ug


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(Fraction(0), 0), (Fraction(49, 100), 0), (Fraction(1, 2), 1), (Fraction(3, 2), 2), (Fraction(5, 2), 3)],
)
def test_halves_are_rounded_up_also_where_python_rounds_to_even(value: Fraction, rounded: int) -> None:
    assert half_up(value) == rounded
