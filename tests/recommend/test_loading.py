"""Strict loading: every error names file, line, record and key."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from recommend.knowledge import Ruleset
from recommend.loading import DATA, RulesetError, load_ruleset
from recommend.substances import load_substances

RULES = "rules/budget.yaml"
NOTES = "notes/forms.yaml"
SCHEDULE = "schedule.yaml"
RULE = "oxide-cheap-on-low-budget"


class Fault(NamedTuple):
    """One change that breaks one file, and the parts of the message besides the file name."""

    file: str
    old: str
    new: str
    names: tuple[str, ...]


POINTS = "  points: 2\n"
FAULTS: dict[str, Fault] = {
    "a wrong key in a rule": Fault(RULES, POINTS, "  point: 3\n", ("line 2", RULE, "`point`")),
    "one key too many in a rule": Fault(RULES, POINTS, POINTS + "  bonus: 1\n", ("line 2", RULE, "`bonus`")),
    "a key missing in a rule": Fault(RULES, POINTS, "", ("line 2", RULE, "`points`")),
    "text for a number": Fault(RULES, POINTS, '  points: "3"\n', ("line 6", RULE, "key points", "int")),
    "a fraction for a number": Fault(RULES, POINTS, "  points: 2.5\n", ("line 6", RULE, "key points", "int")),
    "a number for a text": Fault(RULES, 'en: "Oxide on a low budget"', "en: 5", ("line 3", RULE, "key label.en")),
    "a key given twice": Fault(RULES, POINTS, POINTS + "  points: 4\n", ("line 7", "'points'", "twice")),
    "two spellings of one key": Fault(RULES, POINTS, POINTS + "  1: a\n  1.0: b\n", ("line 8", "1.0", "twice")),
    "broken YAML": Fault(RULES, POINTS, "  points: 2: 4\n", ("line 6",)),
    "a control character": Fault(RULES, POINTS, "  points: \x07\n", ("control characters",)),
    "a date that does not exist": Fault(RULES, "reviewed_on: null", "reviewed_on: 2026-13-41", ("line 17", "month")),
    "a tag that YAML cannot read": Fault(RULES, POINTS, '  points: !!bool "x"\n', ("line 6", "'x'")),
    "a tag that makes Python objects": Fault(RULES, POINTS, "  points: !!python/name:os.system\n", ("line 6",)),
    "an unknown form in a rule": Fault(
        RULES, "forms: [oxide]", "forms: [oxyde]", ("line 5", RULE, "key forms", "'oxyde'")
    ),
    "a rule for glycinate alone": Fault(RULES, "forms: [oxide]", "forms: [glycinate]", (RULE, "key forms")),
    "points for a form that is not ranked": Fault(RULES, "forms: [oxide]", "forms: [malate]", (RULE, "key points")),
    "a rule for a ranked form and another": Fault(
        RULES, "forms: [oxide]", "forms: [oxide, malate]", (RULE, "key forms", "together")
    ),
    "a rule for a second name": Fault(RULES, "forms: [oxide]", "forms: [glycinate]", (RULE, "key forms", "glycinate")),
    "a rule on the price of an unknown form": Fault(
        RULES, "cheaper_than: citrate", "cheaper_than: citric", ("oxide-cheaper-than-citrate", "key cheaper_than")
    ),
    "a rule on its own price": Fault(
        RULES, "cheaper_than: citrate", "cheaper_than: oxide", ("oxide-cheaper-than-citrate", "key cheaper_than")
    ),
    "a rule for no form": Fault(RULES, "forms: [oxide]", "forms: []", ("line 5", RULE, "key forms")),
    "a rule with an empty list of sources": Fault(
        "rules/evidence.yaml",
        "  citations:\n    - source: efsa-2009-taurate\n"
        '      place: {nl: "samenvatting", en: "abstract"}\n      verified: true\n',
        "  citations: []\n",
        ("taurate-start", "key citations"),
    ),
    "a rule without a key for its sources": Fault(
        "rules/evidence.yaml",
        "  citations:\n    - source: efsa-2009-taurate\n"
        '      place: {nl: "samenvatting", en: "abstract"}\n      verified: true\n',
        "",
        ("taurate-start", "`citations`"),
    ),
    "an unknown source": Fault(RULES, "source: atomic-weights", "source: hearsay", (RULE, "citations", "'hearsay'")),
    "a computed number from a source without data": Fault(
        RULES, "source: atomic-weights", "source: efsa-2009-taurate", (RULE, "citations", "is no table")
    ),
    "a number both computed and read": Fault(
        RULES, "verified: false\n      computed", "verified: true\n      computed", (RULE, "citations", "not both")
    ),
    "a rule without English": Fault(RULES, ', en: "Oxide on a low budget"', "", ("line 3", RULE, "label", "`en`")),
    "a rule without Dutch": Fault(
        RULES, 'nl: "Oxide bij een klein budget", ', "", ("line 3", RULE, "key label", "`nl`")
    ),
    "an empty text": Fault(RULES, 'en: "Oxide on a low budget"', 'en: ""', ("line 3", RULE, "key label.en")),
    "a text of spaces": Fault(RULES, 'en: "Oxide on a low budget"', 'en: "  "', ("line 3", RULE, "key label.en")),
    "a third language": Fault(RULES, '{nl: "Oxide bij', '{de: x, nl: "Oxide bij', ("line 3", RULE, "`de`")),
    "an unknown certainty": Fault(RULES, "certainty: moderate", "certainty: sure", ("line 7", RULE, "certainty")),
    "an unknown answer": Fault(RULES, "answer: budget", "answer: budgt", ("line 4", RULE, "key when", "'budgt'")),
    "an unknown value": Fault(RULES, "is: [low]", "is: [lowest]", ("line 4", RULE, "key when", "'lowest'")),
    "an age that YAML reads as a number": Fault(
        "notes/conditions.yaml", '["18_64", under_18]', "[18_64, under_18]", ("kidney-unknown", "key when", "1864")
    ),
    "a condition that denies": Fault(RULES, "is: [low]", "is_not: [low]", ("line 4", RULE, "key when")),
    "an id that stands twice in another file": Fault(
        "rules/evidence.yaml", "- id: oxide-start", f"- id: {RULE}", (RULE, "key id", "twice")
    ),
    "an id with spaces": Fault(RULES, f"- id: {RULE}", "- id: Oxide is cheap", ("line 2", "Oxide is cheap", "key id")),
    "a review date without a name": Fault(
        RULES, "reviewed_on: null", "reviewed_on: 2026-11-01", (RULE, "key reviewed_by")
    ),
    "a reviewer without a date": Fault(RULES, "reviewed_by: null", "reviewed_by: A. Bee", (RULE, "key reviewed_by")),
    "a key for the review missing": Fault(RULES, "  reviewed_by: null\n", "", ("line 2", RULE, "`reviewed_by`")),
    "an unknown severity": Fault(
        "notes/intake.yaml", "severity: stop", "severity: halt", ("line 3", "limit-reached", "key severity")
    ),
    "an unknown form in a note": Fault(NOTES, "forms: [oxide]", "forms: [oxyde]", ("oxide-honest", "key forms")),
    "a note that nobody ever sees": Fault(NOTES, "  forms: [threonate]\n", "", ("threonate-adults-only", "key when")),
    "a note for all pages that is not always in the advice": Fault(
        "notes/intake.yaml", "  when: always\n  always: true", "  always: true", ("kidneys-first", "key always")
    ),
    "an unknown element in a formula": Fault(
        "forms.yaml", 'formula: "MgO"', 'formula: "XgO"', ("oxide", "salts.magnesium_oxide.formula", "'Xg'")
    ),
    "a formula without magnesium": Fault(
        "forms.yaml", 'formula: "MgO"', 'formula: "H2O"', ("oxide", "salts.magnesium_oxide.formula")
    ),
    "a formula without any mass": Fault(
        "forms.yaml", 'formula: "MgO"', 'formula: "Mg0"', ("oxide", "salts.magnesium_oxide.formula")
    ),
    "a number for a formula": Fault(
        "forms.yaml", 'formula: "MgO"', "formula: 7", ("line 141", "oxide", "magnesium_oxide", "key salts.formula")
    ),
    "a second name of an unknown form": Fault(
        "forms.yaml", "same_as: bisglycinate", "same_as: glycine", ("glycinate", "key same_as")
    ),
    "a source that is not on https": Fault(
        "sources/law.yaml", "url: https://eur-lex.europa.eu/eli/reg/2012", "url: http://x", ("reg-432-2012", "key url")
    ),
    "a question without wording": Fault("questions.yaml", "- id: vegan", "- id: vegetarian", ("vegan", "no wording")),
    "a choice without wording": Fault(
        "questions.yaml", "    - value: low\n", "    - value: lowest\n", ("budget", "key choices")
    ),
    "an unknown claim": Fault("guide.yaml", "claims: [MG04]", "claims: [MG11]", ("role", "key sections.passages.cla")),
    "a section of the guide that stands twice": Fault("guide.yaml", "- id: role", "- id: food", ("food", "key id")),
    "an unknown ranked form": Fault("ruleset.yaml", "oxide, taurate]", "oxide, taurat]", ("'taurat'",)),
    "a form that is ranked twice": Fault("ruleset.yaml", "oxide, taurate]", "oxide, citrate]", ("key ranked_forms",)),
    "an own limit above the upper limit": Fault(
        "ruleset.yaml", "own_limit_mg: 200", "own_limit_mg: 251", ("line 26", "key dose.own_limit_mg")
    ),
    "a reference intake for one sex only": Fault(
        "ruleset.yaml", "{female: 300, male: 350}", "{male: 350}", ("key dose.reference_intake_mg", "female")
    ),
    "a reference intake for an unknown sex": Fault(
        "ruleset.yaml", "female: 300", "child: 300", ("key dose.reference_intake_mg", "'child'")
    ),
    "a moment earlier than the one before": Fault(SCHEDULE, 'at: "13:00"', 'at: "07:59"', ("lunch", "key at")),
    "a clock time that does not exist": Fault(SCHEDULE, 'at: "13:00"', 'at: "24:00"', ("lunch", "key moments.at")),
    "a clock time that YAML reads as a number": Fault(
        SCHEDULE, 'at: "13:00"', "at: 13:00", ("lunch", "Expected `str`")
    ),
    "a moment that stands twice": Fault(SCHEDULE, "- id: dinner", "- id: lunch", ("lunch", "key id", "twice")),
    "magnesium without a meal": Fault(
        SCHEDULE, "[dinner, lunch, breakfast]", "[bedtime]", ("line 35", "key magnesium", "'bedtime'")
    ),
    "a moment that a medicine alone knows": Fault(
        SCHEDULE, "moments: [before_breakfast]", "moments: [midnight]", ("levothyroxine", "key moments")
    ),
    "a moment that a medicine has twice": Fault(
        SCHEDULE, "[breakfast, lunch, bedtime]", "[lunch, lunch, bedtime]", ("gabapentin", "key moments")
    ),
    "moments of an unknown medicine": Fault(SCHEDULE, "- id: iron_zinc", "- id: iron", ("iron", "key id")),
    "a gap beside a medicine without moments": Fault(
        SCHEDULE, "[bisphosphonate, levothyroxine]", "[bisphosphonate, other]", ("key between",)
    ),
    "a gap between a medicine and itself": Fault(
        SCHEDULE, "[bisphosphonate, levothyroxine]", "[bisphosphonate, bisphosphonate]", ("key between",)
    ),
    "a sentence without its name in braces": Fault(
        SCHEDULE, 'en: "{plan}: then', 'en: "Then', ("key fits.text.en", "plan")
    ),
    "a sentence with braces that do not match": Fault(
        SCHEDULE, 'nl: "Met {medicines} vinden', 'nl: "Met {medicines vinden', ("key no_moment.text.nl",)
    ),
    "a sentence with a name in braces too many": Fault(
        SCHEDULE, "as you take your medicines", "as you take {medicines}", ("key only_then.text.en", "nothing")
    ),
    "a sentence that lost a word which turns it round": Fault(
        SCHEDULE, "nog niet nagekeken", "nagekeken", ("key own_assumption.facts.polarity.denies",)
    ),
    "a moment that lost a word which turns it round": Fault(
        SCHEDULE, "een half uur vóór het ontbijt", "bij het ontbijt", ("before_breakfast", "key facts.polarity.before")
    ),
    "a version that YAML reads as a number": Fault("ruleset.yaml", '"2026.11.3"', "2026.11", ("line 2", "version")),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy of the shop's data, to be broken; a folder per test, since load_ruleset caches by folder."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def swap(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is no longer in {file.name}: choose another thing to break"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_unbroken_copy_loads_like_the_original(copy: Path, ruleset: Ruleset) -> None:
    assert load_ruleset(copy) == structs.replace(ruleset, directory=copy)


def test_data_are_read_once_whether_their_folder_is_named_or_not() -> None:
    assert load_ruleset() is load_ruleset(DATA)
    assert load_substances() is load_substances(directory=DATA)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_refused_and_named_in_one_line(fault: Fault, copy: Path) -> None:
    swap(copy / fault.file, fault.old, fault.new)
    with pytest.raises(RulesetError) as caught:
        load_ruleset(copy)
    message = str(caught.value)
    for named in (fault.file, *fault.names):
        assert named in message
    assert "\n" not in message


@pytest.mark.parametrize("deep", ["[" * 3000 + "]" * 3000, "{any: [always, " * 300 + "always" + "]}" * 300])
def test_nesting_without_end_is_refused(deep: str, copy: Path) -> None:
    swap(copy / RULES, "  when: {answer: budget, is: [low]}", f"  when: {deep}")
    with pytest.raises(RulesetError, match=r"budget\.yaml"):
        load_ruleset(copy)


@pytest.mark.parametrize("name", ["ruleset.yaml", "guide.yaml", "forms.yaml", "questions.yaml", SCHEDULE, RULES, NOTES])
@pytest.mark.parametrize("break_it", [lambda f: f.write_bytes(b"- id: caf\xe9\n"), lambda f: f.write_text("")])
def test_a_file_that_is_not_utf_8_or_is_empty_is_named(
    name: str, break_it: Callable[[Path], object], copy: Path
) -> None:
    break_it(copy / name)
    with pytest.raises(RulesetError, match=name):
        load_ruleset(copy)


@pytest.mark.parametrize("name", ["ruleset.yaml", "guide.yaml", "forms.yaml", "questions.yaml", SCHEDULE])
def test_a_missing_file_is_named(name: str, copy: Path) -> None:
    (copy / name).unlink()
    with pytest.raises(RulesetError, match=name):
        load_ruleset(copy)


@pytest.mark.parametrize("folder", ["rules", "notes", "sources"])
def test_a_missing_folder_is_named(folder: str, copy: Path) -> None:
    shutil.rmtree(copy / folder)
    with pytest.raises(RulesetError, match=f"{folder}/"):
        load_ruleset(copy)


def test_the_fingerprint_changes_with_any_byte_of_any_file(copy: Path, ruleset: Ruleset) -> None:
    swap(copy / "sources/law.yaml", "# Laws", "#  Laws")
    assert load_ruleset(copy).sha256 != ruleset.sha256


SCALARS = st.one_of(
    st.text(max_size=12),
    st.integers(),
    st.sampled_from(
        ["", "null", "~", "yes", "1e3", ".nan", "0x", "2026-02-30", "1:61", "[", "{", "*a", "&a", "!!int x"]
    ),
    st.sampled_from(["- ", "? ", ": ", "|", ">", "%", "@", "`", "'", '"', "<<", "=", "!!timestamp x", "!!set {a}"]),
).map(str)


@given(
    name=st.sampled_from(
        ["ruleset.yaml", SCHEDULE, "rules/budget.yaml", "notes/emergency.yaml", "sources/research.yaml"]
    ),
    place=st.floats(0, 1, exclude_max=True),
    scalar=SCALARS,
)
def test_any_scalar_in_any_place_loads_or_is_a_ruleset_error(
    name: str, place: float, scalar: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = Path(shutil.copytree(DATA, tmp_path_factory.mktemp("scalar") / "data"))
    text = (folder / name).read_text(encoding="utf-8")
    tokens = [token for token in yaml.scan(text, Loader=yaml.CSafeLoader) if isinstance(token, yaml.ScalarToken)]
    token = tokens[int(place * len(tokens))]
    broken = text[: token.start_mark.index] + scalar + text[token.end_mark.index :]
    (folder / name).write_text(broken, encoding="utf-8", errors="surrogatepass")
    try:
        assert load_ruleset.__wrapped__(folder).rules
    except RulesetError:
        return  # the expected error; any other exception fails the test
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["rules/extra.yml", "rules/old/extra.yaml", "rule.yaml", "sauces/extra.yaml"])
def test_a_data_file_that_nobody_would_read_is_refused(name: str, tmp_path: Path) -> None:
    directory = tmp_path / "data"
    shutil.copytree(DATA, directory)
    (directory / name).parent.mkdir(exist_ok=True)
    (directory / name).write_text("[]")
    with pytest.raises(RulesetError, match=name):
        load_ruleset(directory)
