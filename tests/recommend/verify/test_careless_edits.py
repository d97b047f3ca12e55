"""Careless edits of kinds that once passed every check: each is refused by the loader or breaks a proof.

Every edit is made as an editor would, in both languages.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from recommend.loading import RulesetError, load_ruleset
from recommend.verify import prove_texts
from tests.recommend.verify.rulesets import copy_of_data

pytestmark = pytest.mark.exhaustive

CONDITIONS, FORMS, INTAKE = "notes/conditions.yaml", "notes/forms.yaml", "notes/intake.yaml"
MEDICINES, SIGNS, QUESTIONS = "notes/medicines.yaml", "notes/signs_and_goals.yaml", "questions.yaml"


class CarelessEdit(NamedTuple):
    """Changes of one file, each of an old for a new text, and what the message names."""

    file: str
    changes: tuple[tuple[str, str], ...]
    names: str


EDITS: dict[str, CarelessEdit] = {
    "levothyroxine one hour": CarelessEdit(
        MEDICINES,
        (
            ("Houd er minstens 4 uur tussen.", "Houd er minstens 1 uur tussen."),
            ("Keep at least 4 hours between them.", "Keep at least 1 hour between them."),
        ),
        "levothyroxine",
    ),
    "levothyroxine one hour, with its fact": CarelessEdit(
        MEDICINES,
        (
            ("Houd er minstens 4 uur tussen.", "Houd er minstens 1 uur tussen."),
            ("Keep at least 4 hours between them.", "Keep at least 1 hour between them."),
            ("{before_h: 4, after_h: 4}", "{before_h: 1, after_h: 1}"),
        ),
        "levothyroxine",
    ),
    "levothyroxine one hour, with its fact and source": CarelessEdit(
        MEDICINES,
        (
            ("Houd er minstens 4 uur tussen.", "Houd er minstens 1 uur tussen."),
            ("Keep at least 4 hours between them.", "Keep at least 1 hour between them."),
            ("{before_h: 4, after_h: 4}", "{before_h: 1, after_h: 1}"),
            ("levothyroxine at least 4 hours", "levothyroxine at least 1 hour"),
        ),
        "levothyroxine",
    ),
    "an antibiotic before and after swapped": CarelessEdit(
        MEDICINES,
        (
            ("2 uur vóór of 4 tot 6 uur na magnesium, of", "2 uur na of 4 tot 6 uur vóór magnesium, of"),
            (
                "2 hours before or 4 to 6 hours after magnesium, or",
                "2 hours after or 4 to 6 hours before magnesium, or",
            ),
        ),
        "tetracycline-quinolone",
    ),
    "magnesium improves the absorption of iron": CarelessEdit(
        MEDICINES,
        (
            (
                "vermindert de opname van ijzer: houd er 3 tot 4 uur tussen",
                "verbetert de opname van ijzer: neem ze samen in",
            ),
            (
                "lowers the absorption of iron: keep 3 to 4 hours between them",
                "improves absorption of iron: take them together",
            ),
        ),
        "iron-zinc",
    ),
    "raltegravir goes with magnesium": CarelessEdit(
        MEDICINES,
        (
            ("gaat helemaal niet samen met magnesium", "gaat gewoon samen met magnesium"),
            ("does not go with magnesium at all", "simply goes with magnesium"),
        ),
        "hiv-integrase-inhibitor",
    ),
    "digoxin may be stopped": CarelessEdit(
        MEDICINES,
        (
            ("stop nooit uit jezelf met digoxine", "stop uit jezelf met digoxine"),
            ("never stop digoxin", "stop digoxin"),
        ),
        "digoxin",
    ),
    "an aminoglycoside without its stop sentence": CarelessEdit(
        MEDICINES,
        (
            ("van een arts; daarom laten we geen producten zien.", "van een arts."),
            ("supervision; that is why we show no products.", "supervision."),
        ),
        "aminoglycoside",
    ),
    "sport up to 400 mg": CarelessEdit(
        SIGNS,
        (
            ("blijft de Europese grens 250 mg per dag", "mag je gerust tot 400 mg per dag"),
            ("the European limit is still 250 mg a day", "you may safely take up to 400 mg a day"),
        ),
        "goal-sport",
    ),
    "sport as a reason to go higher": CarelessEdit(
        SIGNS,
        (("sport is geen reden om", "sport is een reden om"), ("sport is no reason to", "sport is a reason to")),
        "goal-sport",
    ),
    "threonate allowed in pregnancy": CarelessEdit(
        "forms.yaml",
        (("not_for: [pregnant, breastfeeding, unknown]", "not_for: [breastfeeding, unknown]"),),
        "threonate",
    ),
    "threonate allowed for everybody": CarelessEdit(
        "forms.yaml",
        (("  not_for: [pregnant, breastfeeding, unknown] # not known is not ruled out\n", ""),),
        "threonate",
    ),
    "threonate to be taken when pregnant": CarelessEdit(
        FORMS,
        (
            ("Neem het niet als je zwanger", "Neem het als je zwanger"),
            ("Do not take it if you are", "Take it if you are"),
        ),
        "threonate-adults-only",
    ),
    "pregnant limit 350": CarelessEdit(
        CONDITIONS,
        (("is de grens 250 mg", "is de grens 350 mg"), ("the limit is 250 mg", "the limit is 350 mg")),
        "pregnant",
    ),
    "kidney labels swapped": CarelessEdit(
        QUESTIONS,
        (
            (
                '"Nierziekte of nieren die minder goed werken", en: "Kidney disease or kidneys that work less well"',
                "THE FIRST",
            ),
            (
                '"Ik weet niet of mijn nieren goed werken", en: "I don\'t know whether my kidneys work well"',
                "THE SECOND",
            ),
            (
                "THE FIRST",
                '"Ik weet niet of mijn nieren goed werken", en: "I don\'t know whether my kidneys work well"',
            ),
            (
                "THE SECOND",
                '"Nierziekte of nieren die minder goed werken", en: "Kidney disease or kidneys that work less well"',
            ),
        ),
        "kidney",
    ),
    "younger than 16": CarelessEdit(
        QUESTIONS, (('"Jonger dan 18 jaar", en: "Under 18"', '"Jonger dan 16 jaar", en: "Under 16"'),), "under_18"
    ),
    "younger than 16, with its fact": CarelessEdit(
        QUESTIONS,
        (
            ('"Jonger dan 18 jaar", en: "Under 18"', '"Jonger dan 16 jaar", en: "Under 16"'),
            ("facts: {age_years: [18]}", "facts: {age_years: [16]}"),
        ),
        "under_18",
    ),
    "an aminoglycoside called amoxicillin": CarelessEdit(
        QUESTIONS,
        (("gentamicine, tobramycine, amikacine", "amoxicilline"), ("gentamicin, tobramycin, amikacin", "amoxicillin")),
        "aminoglycoside",
    ),
    "diuretics swapped": CarelessEdit(
        QUESTIONS,
        (("Kaliumsparende plaspil: spironolacton, amiloride, triamtereen", "Plaspil: furosemide en dergelijke"),),
        "potassium_sparing_diuretic",
    ),
    "reference on labels 300": CarelessEdit(
        "ruleset.yaml", (("label_reference_mg: 375", "label_reference_mg: 300"),), "label"
    ),
    "own limit 240": CarelessEdit("ruleset.yaml", (("own_limit_mg: 200", "own_limit_mg: 240"),), "own limit"),
    "enough from 240 mg": CarelessEdit(INTAKE, (("at_least: 201", "at_least: 240"),), "enough-already"),
    "a source marked verified": CarelessEdit(
        MEDICINES,
        (
            (
                'interactions, 4 hours apart"}\n      verified: false',
                'interactions, 4 hours apart"}\n      verified: true',
            ),
        ),
        "levothyroxine",
    ),
    "another source": CarelessEdit(MEDICINES, (("source: yagi-2012", "source: lindberg-1990"),), "gabapentin"),
    "no emergency for thoughts of death": CarelessEdit(
        "notes/emergency.yaml",
        (
            (
                "- id: suicidal-thoughts\n  severity: stop\n  emergency: true",
                "- id: suicidal-thoughts\n  severity: stop",
            ),
        ),
        "suicidal-thoughts",
    ),
    "another telephone number": CarelessEdit(
        "notes/emergency.yaml",
        (("gratis 0800-0113, dag", "gratis 0800-0311, dag"), ("charge, 0800-0113 now", "charge, 0800-0311 now")),
        "suicidal-thoughts",
    ),
    "two notes' texts swapped": CarelessEdit(
        CONDITIONS,
        (
            ("Bij een hartblok, een heel trage hartslag", "Bij myasthenia gravis, een spierziekte"),
            ("With heart block, a very slow heartbeat", "With myasthenia gravis, a muscle disease"),
        ),
        "heart-conduction",
    ),
    "no note on every page": CarelessEdit(
        INTAKE,
        (("- id: kidneys-first\n  severity: info", "- id: kidneys-first\n  severity: caution"),),
        "kidneys-first",
    ),
    "oxide with a share of 40 percent": CarelessEdit(
        "rules/budget.yaml", (("voor 60 % uit", "voor 40 % uit"), ("is 60% magnesium", "is 40% magnesium")), "oxide"
    ),
    "a taurate rule that names citrate": CarelessEdit(
        "rules/evidence.yaml",
        (
            ("Over opname of bijwerkingen van tauraat", "Over opname of bijwerkingen van citraat"),
            ("side effects of taurate; that", "side effects of citrate; that"),
        ),
        "taurate-start",
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_careless_edit_is_refused_or_breaks_a_proof(edit: CarelessEdit, tmp_path: Path) -> None:
    directory = copy_of_data(tmp_path)
    file = directory / edit.file
    text = file.read_text(encoding="utf-8")
    for old, new in edit.changes:
        assert old in text, f"{old!r} is no longer in {file.name}: choose another careless edit"
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")
    assert edit.names in _noticed(directory)


def _noticed(directory: Path) -> str:
    """Message of the loader, or the reasons of all broken proofs."""
    try:
        ruleset = load_ruleset(directory)
    except RulesetError as error:
        return str(error)
    return "; ".join(proof.broken.why for proof in prove_texts(ruleset) if proof.broken)
