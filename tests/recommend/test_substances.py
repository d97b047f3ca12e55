"""Substances beside magnesium: strict loading, limits that can be, and notes that promise nothing."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from recommend.claims.check import check_text
from recommend.ingredients.normal_form import words_of
from recommend.loading import DATA, RulesetError, load_ruleset
from recommend.substances import (
    FILE,
    MAGNESIUM,
    NEVER_SUGGESTED,
    Substance,
    load_ingredient_reader,
    load_substances,
    read_ingredients,
)
from recommend.text import LANGUAGES

SUBSTANCES = load_substances()
ALL = list(SUBSTANCES.by_id.values())
VOCABULARY = "ingredients/allergens.yaml"


class Fault(NamedTuple):
    """One change that breaks one file, and the parts of the message besides the file name."""

    file: str
    old: str
    new: str
    names: tuple[str, ...]


B6 = "  nrv: 1.4\n  limits:\n"
FAULTS: dict[str, Fault] = {
    "an unknown key": Fault(FILE, B6, "  dose: 2\n" + B6, ("vitamin_b6", "`dose`")),
    "a record without notes": Fault(FILE, "  parts: [molybd*", "  notes: []\n  part: [molybd*", ("notes", "twice")),
    "a name of two substances": Fault(
        FILE, "nl: [koper,", "nl: [koper, zinkcitraat,", ("zinc", "zinkcitraat", "copper")
    ),
    "a limit without a unit": Fault(FILE, "amount: 21, unit: mg,", "amount: 21,", ("vitamin_b6", "`unit`")),
    "a limit of nothing": Fault(FILE, "amount: 21, unit: mg", "amount: 0, unit: mg", ("vitamin_b6", "> 0")),
    "a limit without a source": Fault(
        FILE,
        'amount: 21, unit: mg, source: "Stcrt. 2018, 47982", ',
        "amount: 21, unit: mg, ",
        ("vitamin_b6", "`source`"),
    ),
    "a limit of a kind that does not exist": Fault(FILE, "kind: safe_level", "kind: safe", ("iron", "'safe'")),
    "a reference value in a unit that does not exist": Fault(
        FILE, "  unit: mg\n  nrv: 1.4\n  limits", "  unit: IU\n  nrv: 1.4\n  limits", ("vitamin_b6", "key unit", "'IU'")
    ),
    "a reference value in the wrong unit": Fault(
        FILE,
        "  unit: µg\n  nrv: 5\n",
        "  unit: mg\n  nrv: 5\n",
        ("vitamin_d", "key nrv", "higher than the limit of 100 µg"),
    ),
    "a reference value of a botanical": Fault(
        FILE, "  parts: [ashwag*", "  nrv: 3\n  parts: [ashwag*", ("ashwagandha", "key nrv")
    ),
    "a botanical that may be suggested": Fault(
        FILE,
        "  parts: [ashwag*, withania*]\n  suggestable: false",
        "  parts: [ashwag*, withania*]\n  suggestable: true",
        ("ashwagandha", "key suggestable", "botanical"),
    ),
    "a limit for a name it does not have": Fault(
        FILE, "only: [nicotinezuur, nicotinic acid]", "only: [nicotinezout]", ("vitamin_b3", "limits.1.only")
    ),
    "a limit for a part that no words name": Fault(
        FILE, "of: {nl: piperine, en: piperine}, only: [piperine]", "only: [piperine]", ("black_pepper", "`of`")
    ),
    "a medicine that the questionnaire does not know": Fault(
        FILE, "medicines: [potassium_sparing_diuretic,", "medicines: [diuretic,", ("potassium", "notes.1.medicines")
    ),
    "a condition that nobody can tick": Fault(
        FILE, "conditions: [bowel_disease]", "conditions: [unknown]", ("inulin", "notes.1.conditions")
    ),
    "a note without English": Fault(
        FILE, '        en: "Do not use copper with Wilson\'s disease."\n', "", ("copper", "`en`")
    ),
    "a carrier that is no substance": Fault(
        FILE, "also_in: [natriumchloride", "also_in: [tafelzout", ("chloride", "key also_in", "'tafelzout'")
    ),
    "an id given twice": Fault(FILE, "- id: zinc\n", "- id: copper\n", ("copper", "key id", "twice")),
    "a name without a letter": Fault(FILE, "nl: [jodium,", 'nl: ["®",', ("iodine", "no letter")),
    "an allergen too few": Fault(VOCABULARY, "- id: lupin\n", "- id: lupine\n", ("lupin",)),
    "a word of two allergens": Fault(VOCABULARY, "nl: [lupine*]", 'nl: [lupine*, "*sesam*"]', ("'*sesam*'", "sesame")),
    "a word that is its own exception": Fault(
        VOCABULARY, "exceptions: [haverwortel*", 'exceptions: ["*haver*"', ("gluten", "key exceptions")
    ),
    "a turn of phrase that yaml reads as false": Fault("ingredients/phrases.yaml", '  - "no"', "  - no", ("key free",)),
    "a kind of phrase that is missing": Fault("ingredients/phrases.yaml", "doubts:", "doubt:", ("`doubt`",)),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_in_the_data_is_named_by_file_record_and_key(fault: Fault, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    text = (copy / fault.file).read_text(encoding="utf-8")
    assert fault.old in text
    (copy / fault.file).write_text(text.replace(fault.old, fault.new, 1), encoding="utf-8")
    with pytest.raises(RulesetError) as error:
        load_ingredient_reader(copy)
    message = str(error.value)
    assert message.startswith(fault.file)
    assert "\n" not in message
    for name in fault.names:
        assert name in message


def test_a_file_that_nothing_reads_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    (copy / "ingredients" / "spices.yml").write_text("[]", encoding="utf-8")
    with pytest.raises(RulesetError, match=r"ingredients/spices\.yml"):
        load_ruleset(copy)


def test_the_limit_of_magnesium_is_that_of_the_dose_rules() -> None:
    (limit,) = SUBSTANCES.by_id[MAGNESIUM].limits
    dose = load_ruleset().manifest.dose
    assert (limit.amount, limit.unit) == (dose.upper_limit_mg, "mg")
    assert SUBSTANCES.by_id[MAGNESIUM].nrv == dose.label_reference_mg
    assert MAGNESIUM not in [one.id for one in SUBSTANCES.beside_magnesium]


def test_vitamin_b6_has_the_dutch_maximum_above_the_upper_limit() -> None:
    b6 = SUBSTANCES.by_id["vitamin_b6"]
    assert [limit.amount for limit in b6.limits_of_kind("upper_limit", "dutch_maximum")] == [12, 21]
    assert [limit.micrograms for limit in b6.limits_of_kind("dutch_maximum")] == [21_000]


@pytest.mark.parametrize("substance", ALL, ids=lambda substance: substance.id)
def test_a_note_passes_the_content_check(substance: Substance) -> None:
    texts = [*(note.text for note in substance.notes), *(limit.of for limit in substance.limits if limit.of)]
    findings = [
        finding for text in texts for lang in LANGUAGES for finding in check_text(text.in_language(lang), lang, DATA)
    ]
    assert [finding.text for finding in findings if finding.severity != "ok"] == []


@pytest.mark.parametrize("substance", SUBSTANCES.beside_magnesium, ids=lambda substance: substance.id)
def test_every_full_name_on_a_label_is_read_as_its_substance(substance: Substance) -> None:
    for key, name in substance.names():
        if "(" not in name:
            found = read_ingredients(f"rijstmeel, {name.upper()}, water", "nl" if key.endswith("nl") else "en")
            assert substance.id in found.other_actives, name


@pytest.mark.parametrize("substance", SUBSTANCES.beside_magnesium, ids=lambda substance: substance.id)
def test_a_longer_name_that_is_something_else_is_not_read_as_a_substance(substance: Substance) -> None:
    for name in substance.exceptions:
        if "*" not in name:
            assert substance.id not in read_ingredients(f"rijstmeel, {name}, water", "nl").other_actives, name


def test_botanicals_and_hormones_are_never_suggested() -> None:
    assert all(not one.suggestable for one in ALL if one.kind in NEVER_SUGGESTED)
    assert {"ashwagandha", "melatonin", "st_johns_wort"} <= {one.id for one in ALL if not one.suggestable}


def test_a_name_has_the_same_words_however_it_is_typed() -> None:
    assert words_of("Vitamine B-12") == words_of("vitamine b 12") == ("vitamine", "b12")
    assert words_of("E 470 b") == words_of("E-470b") == ("e470b",)
    assert words_of("Caseïne*") == ("caseine*",)
