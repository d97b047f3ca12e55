"""Facts beside the texts: the loader refuses a text that disagrees with them, and names file, record and key."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from recommend.knowledge import Polarity, Ruleset
from recommend.loading import DATA, RulesetError, load_ruleset
from recommend.quantities import POLARITY

CONDITIONS, FORMS, INTAKE = "notes/conditions.yaml", "notes/forms.yaml", "notes/intake.yaml"
MEDICINES, EMERGENCY = "notes/medicines.yaml", "notes/emergency.yaml"


class Refused(NamedTuple):
    """Changes of one file, each of an old for a new text, and the parts of the message besides the file name."""

    file: str
    changes: tuple[tuple[str, str], ...]
    names: tuple[str, ...]


REFUSED: dict[str, Refused] = {
    "another number of hours in Dutch": Refused(
        MEDICINES,
        (("Houd er minstens 4 uur tussen.", "Houd er minstens 1 uur tussen."),),
        ("levothyroxine", "key text.nl", "1 hours"),
    ),
    "another number of hours in English": Refused(
        MEDICINES,
        (("Keep at least 4 hours between them.", "Keep at least 1 hour between them."),),
        ("levothyroxine", "key text.en", "1 hours"),
    ),
    "hours that no text states": Refused(
        MEDICINES,
        (("Houd er minstens 4 uur tussen.", "Houd er ruim tijd tussen."),),
        ("levothyroxine", "key facts.separation", "nl", "4 hours"),
    ),
    "hours without a fact": Refused(
        MEDICINES,
        (("separation: [{before_h: 4, after_h: 4}], ", ""),),
        ("levothyroxine", "key text.nl", "4 hours"),
    ),
    "before and after swapped in both languages": Refused(
        MEDICINES,
        (
            ("minstens 2 uur vóór of 4 tot 6 uur na magnesium, of wacht", "minstens 2 uur na of 4 tot 6 uur vóór"),
            ("2 hours before or 4 to 6 hours after magnesium, or wait", "2 hours after or 4 to 6 hours before"),
        ),
        ("tetracycline-quinolone", "key facts.separation", "'2 uur vóór'"),
    ),
    "another limit in both languages": Refused(
        INTAKE,
        (("Je neemt al 250 mg", "Je neemt al 350 mg"), ("You already take 250 mg", "You already take 350 mg")),
        ("limit-reached", "key text.nl", "350 mg"),
    ),
    "a limit that no source says": Refused(
        INTAKE,
        (
            ("Je neemt al 250 mg", "Je neemt al 300 mg"),
            ("You already take 250 mg", "You already take 300 mg"),
            ("facts: {limit_mg: [250], polarity: {denies: 4", "facts: {limit_mg: [300], polarity: {denies: 4"),
        ),
        ("limit-reached", "key facts.limit_mg", "source_says", "300 mg"),
    ),
    "a share without its unit": Refused(
        FORMS,
        (("bestaat voor 14,1 % uit", "bestaat voor 14,1 uit"), ("is 14.1% magnesium", "is 14.1 magnesium")),
        ("bisglycinate-buffered", "key facts.share_percent", "14.1 percent"),
    ),
    "another unit": Refused(
        "notes/signs_and_goals.yaml",
        (("langer dan twee weken somber", "langer dan twee maanden somber"),),
        ("low-mood", "key text.nl", "2 months"),
    ),
    "another telephone number": Refused(
        EMERGENCY, (("0800-0113, dag", "0800-0311, dag"),), ("suicidal-thoughts", "key text.nl", "0800-0311")
    ),
    "another age in a label": Refused(
        CONDITIONS,
        (("Jonger dan 18 jaar", "Jonger dan 16 jaar"), ('en: "Under 18"', 'en: "Under 16"')),
        ("under-18", "key label.nl", "16 years"),
    ),
    "a negation dropped in both languages": Refused(
        INTAKE,
        (
            ("Neem geen magnesium bij nierziekte", "Neem magnesium bij nierziekte"),
            ("Do not take magnesium with", "Take magnesium with"),
        ),
        ("kidneys-first", "key facts.polarity.denies", "is 2"),
    ),
    "a kind of polarity that does not exist": Refused(
        INTAKE,
        (("polarity: {denies: 2, unless: 1}}", "polarity: {denies: 2, unles: 1}}"),),
        ("kidneys-first", "facts.polarity", "`unles`"),
    ),
    "a number called unsourced that a source says": Refused(
        MEDICINES, (("unsourced: [2]", "unsourced: [2, 43]"),), ("gabapentin", "key facts.unsourced", "43")
    ),
    "a number of a choice": Refused(
        "questions.yaml",
        (('"Jonger dan 18 jaar", en: "Under 18"', '"Jonger dan 16 jaar", en: "Under 16"'),),
        ("age_group", "key choices.under_18.label.nl", "16 years"),
    ),
    "a number of a form": Refused(
        "forms.yaml",
        (("onderzoek met twintig mannen", "onderzoek met dertig mannen"),),
        ("citrate", "key facts.people"),
    ),
    "a number of the guide": Refused(
        "guide.yaml",
        (("Wij houden 250 mg aan.", "Wij houden 400 mg aan."),),
        ("safety", "key passages.2.text.nl", "400 mg"),
    ),
    "a number of a rule": Refused(
        "rules/evidence.yaml", (("onderzoek met 46 mensen", "onderzoek met 460 mensen"),), ("bisglycinate-start", "460")
    ),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_a_text_that_disagrees_with_its_facts_is_refused(refused: Refused, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(DATA, tmp_path / "data"))
    file = directory / refused.file
    text = file.read_text(encoding="utf-8")
    for old, new in refused.changes:
        assert old in text, f"{old!r} is no longer in {file.name}: choose another thing to break"
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_ruleset(directory)
    message = str(caught.value)
    for named in (refused.file, "line", *refused.names):
        assert named in message


def test_every_kind_of_polarity_word_has_a_number_in_the_facts() -> None:
    assert Polarity.__struct_fields__ == tuple(POLARITY)


def test_records_with_facts_are_hashable(ruleset: Ruleset) -> None:
    assert len(set(ruleset.notes)) == len(ruleset.notes)
