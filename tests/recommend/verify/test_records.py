"""Proofs on single records: constants, sources, wording and agreement of the languages, each on broken data."""

from typing import Any

import pytest
from msgspec import structs

from recommend.knowledge import Note, Ruleset
from recommend.text import Text
from recommend.verify.constants import prove_constants
from recommend.verify.grounding import counts, prove_grounding
from recommend.verify.language import prove_language
from recommend.verify.wording import prove_wording
from tests.recommend.verify.rulesets import broken_claims


def with_note(ruleset: Ruleset, name: str, **fields: Any) -> Ruleset:
    """Ruleset with some fields of one note changed."""
    notes = tuple(structs.replace(note, **fields) if note.id == name else note for note in ruleset.notes)
    return structs.replace(ruleset, notes=notes)


def note_of(ruleset: Ruleset, name: str) -> Note:
    return next(note for note in ruleset.notes if note.id == name)


def why(broken: dict[str, Any], claim: str) -> str:
    """Reason of the only broken claim that begins so."""
    (found,) = (proof.broken.why for name, proof in broken.items() if name.startswith(claim))
    return str(found)


@pytest.mark.parametrize(
    ("note", "fields", "claim"),
    [
        ("digoxin", {"severity": "caution"}, "every note has its severity"),
        ("seizure-or-fainting", {"emergency": False}, "the notes on whom to call first"),
        ("digoxin", {"emergency": True}, "the notes on whom to call first"),
        ("upper-limit", {"always": False}, "the notes on every product page"),
    ],
)
def test_a_note_with_another_flag_than_the_design_is_found(
    note: str, fields: dict[str, Any], claim: str, ruleset: Ruleset
) -> None:
    assert note in why(broken_claims(prove_constants(with_note(ruleset, note, **fields))), claim)


@pytest.mark.parametrize(
    ("note", "field", "values", "claim"),
    [
        ("overdose-signs", "phone", ("113",), "telephone numbers"),
        ("levothyroxine", "separation", (), "hours between"),
        ("goal-sport", "limit_mg", (400,), "limits that notes name"),
        ("iron-zinc", "amount_mg", (412,), "other amounts"),
        ("gabapentin", "amount_g", (2,), "other amounts"),
        ("under-18", "age_years", (16, 4), "ages that notes name"),
        ("oxide-honest", "share_percent", (4, 28.2), "percentages"),
    ],
)
def test_a_fact_with_another_value_than_the_design_is_found(
    note: str, field: str, values: tuple[Any, ...], claim: str, ruleset: Ruleset
) -> None:
    facts = structs.replace(note_of(ruleset, note).facts, **{field: values})
    assert note in why(broken_claims(prove_constants(with_note(ruleset, note, facts=facts))), claim)


def test_a_note_that_the_design_does_not_know_is_found(ruleset: Ruleset) -> None:
    added = structs.replace(ruleset.notes[0], id="added")
    broken = broken_claims(prove_constants(structs.replace(ruleset, notes=(*ruleset.notes, added))))
    assert "added: stop, in the design nothing" in why(broken, "every note has its severity")


def test_a_form_that_more_people_may_take_is_found(ruleset: Ruleset) -> None:
    threonate = structs.replace(ruleset.forms["threonate"], not_for=("pregnant",))
    orotate = structs.replace(ruleset.forms["orotate"], annex_ii=Text(nl="magnesiumorotaat", en="magnesium orotate"))
    forms = {**ruleset.forms, "threonate": threonate, "orotate": orotate}
    broken = broken_claims(prove_constants(structs.replace(ruleset, forms=forms)))
    assert "threonate" in why(broken, "conditions that exclude a form")
    assert "orotate" in why(broken, "forms not permitted")


def test_another_reference_on_labels_is_found(ruleset: Ruleset) -> None:
    dose = structs.replace(ruleset.manifest.dose, label_reference_mg=300)
    changed = structs.replace(ruleset, manifest=structs.replace(ruleset.manifest, dose=dose))
    assert "label: 300, in the design 375" in why(broken_claims(prove_constants(changed)), "limits of the dose")


CITED = "every record cites the sources of the design"


def test_a_source_that_the_design_does_not_list_is_found(ruleset: Ruleset) -> None:
    citations = note_of(ruleset, "digoxin").citations
    swapped = (structs.replace(citations[0], source="yagi-2012"), *citations[1:])
    assert "notes/digoxin" in why(
        broken_claims(prove_grounding(with_note(ruleset, "digoxin", citations=swapped))), CITED
    )


def test_a_citation_wrongly_marked_verified_is_found(ruleset: Ruleset) -> None:
    citations = note_of(ruleset, "levothyroxine").citations
    marked = tuple(structs.replace(citation, verified=True) for citation in citations)
    broken = broken_claims(prove_grounding(with_note(ruleset, "levothyroxine", citations=marked)))
    assert "notes/levothyroxine" in why(broken, CITED)


def test_a_computed_number_that_is_no_longer_called_computed_is_found(ruleset: Ruleset) -> None:
    citations = note_of(ruleset, "taurate-taurine").citations
    marked = tuple(structs.replace(citation, computed=False) for citation in citations)
    broken = broken_claims(prove_grounding(with_note(ruleset, "taurate-taurine", citations=marked)))
    assert "cites atomic-weights, in the design atomic-weights=" in why(broken, CITED)


def test_a_verified_place_that_nobody_read_is_found(ruleset: Ruleset) -> None:
    citations = note_of(ruleset, "gabapentin").citations
    moved = (structs.replace(citations[0], place=Text(nl="blz. 1", en="p. 1")), *citations[1:])
    broken = broken_claims(prove_grounding(with_note(ruleset, "gabapentin", citations=moved)))
    assert "'p. 1' in yagi-2012 is marked verified, and was not read" in why(broken, CITED)


def test_a_record_of_the_design_that_is_gone_is_found(ruleset: Ruleset) -> None:
    notes = tuple(note for note in ruleset.notes if note.id != "digoxin")
    assert "notes/digoxin: listed, and not there" in why(
        broken_claims(prove_grounding(structs.replace(ruleset, notes=notes))), CITED
    )


def test_numbers_without_a_source_are_counted(ruleset: Ruleset) -> None:
    unsourced, numbers = counts(ruleset)["limits, shares and hours that no source says"]
    assert 0 < unsourced < numbers


def relabelled(ruleset: Ruleset, question: str, value: str, label: Text) -> Ruleset:
    wording = ruleset.questions[question]
    choices = tuple(
        structs.replace(choice, label=label) if choice.value == value else choice for choice in wording.choices
    )
    questions = {**ruleset.questions, question: structs.replace(wording, choices=choices)}
    return structs.replace(ruleset, questions=questions)


LABELS = "every choice is labelled with its own value"


def test_a_choice_that_does_not_name_its_value_is_found(ruleset: Ruleset) -> None:
    label = Text(nl="Antibioticum: amoxicilline", en="Antibiotic: amoxicillin")
    broken = broken_claims(prove_wording(relabelled(ruleset, "medicines", "aminoglycoside", label)))
    assert "questions/medicines/aminoglycoside: the label in nl lacks 'gentamicine'" in why(broken, LABELS)


def test_a_choice_that_names_another_value_too_is_found(ruleset: Ruleset) -> None:
    label = Text(nl="Zwanger, of ik geef borstvoeding", en="Pregnant")
    broken = broken_claims(prove_wording(relabelled(ruleset, "conditions", "pregnant", label)))
    assert "has 'borstvoeding', a word for breastfeeding" in why(broken, LABELS)


def test_a_choice_without_a_vocabulary_is_found(ruleset: Ruleset) -> None:
    wording = ruleset.questions["bowel"]
    choice = structs.replace(wording.choices[0], value="changeable")
    questions = {**ruleset.questions, "bowel": structs.replace(wording, choices=(choice,))}
    broken = broken_claims(prove_wording(structs.replace(ruleset, questions=questions)))
    assert "questions/bowel/changeable: no words for this value" in why(broken, LABELS)


NAMED = "the label and the text of every note name its own"


@pytest.mark.parametrize("part", ["label", "text"])
@pytest.mark.parametrize(
    ("note", "other"),
    [
        ("myasthenia", "heart-conduction"),
        ("levothyroxine", "gabapentin"),
        ("limit-reached", "enough-already"),
        ("kidneys-first", "too-much"),
        ("citrate-laxative", "taurate-taurine"),
        ("heart-disease-with-unknown-medicines", "heart-other"),
        ("kidney-unknown-older", "kidney-disease"),
    ],
)
def test_a_note_with_a_text_of_another_note_is_found(part: str, note: str, other: str, ruleset: Ruleset) -> None:
    broken = broken_claims(prove_wording(with_note(ruleset, note, **{part: getattr(note_of(ruleset, other), part)})))
    assert f"notes/{note}: the {part} in nl does not name its subject" in why(broken, NAMED)


def test_a_note_without_condition_or_form_names_nothing(ruleset: Ruleset) -> None:
    added = structs.replace(ruleset.notes[0], id="added", when=None)
    broken = broken_claims(prove_wording(structs.replace(ruleset, notes=(added,))))
    assert "notes/added" in why(broken, NAMED)


def test_a_rule_that_names_another_form_is_found(ruleset: Ruleset) -> None:
    oxide, citrate = (
        next(rule for rule in ruleset.rules if rule.id == name) for name in ("oxide-start", "citrate-start")
    )
    reason = Text(nl=oxide.reason.nl.replace("Oxide", "Tauraat"), en=oxide.reason.en.replace("Oxide", "Taurate"))
    rules = (structs.replace(oxide, reason=reason), citrate)
    broken = broken_claims(prove_wording(structs.replace(ruleset, rules=rules)))
    assert "rules/oxide-start: the reason in nl does not name oxide" in why(broken, "the label and the reason")


def test_a_stop_that_does_not_say_so_and_a_caution_that_does_are_found(ruleset: Ruleset) -> None:
    claim = "a stop says that no products are shown"
    quiet = with_note(ruleset, "digoxin", severity="caution")
    assert "notes/digoxin: the text in nl says that no products" in why(broken_claims(prove_wording(quiet)), claim)
    loud = with_note(ruleset, "pregnant", severity="stop")
    assert "notes/pregnant: the text in nl does not say" in why(broken_claims(prove_wording(loud)), claim)


@pytest.mark.parametrize(
    ("nl", "en"),
    [
        ("Wacht met magnesium tot je huisarts het goedvindt.", "Wait with magnesium until your GP agrees."),
        ("Begin er pas mee als je huisarts het goedvindt.", "Only start when your GP agrees."),
        ("Start niet zonder je huisarts.", "Do not start without your GP."),
        ("Neem nu geen magnesium en vraag je huisarts.", "Take no magnesium now and ask your GP."),
    ],
)
def test_a_caution_that_says_to_wait_above_products_is_found(nl: str, en: str, ruleset: Ruleset) -> None:
    claim = "a note that says to wait or not to start"
    waiting = with_note(ruleset, "pregnant", text=Text(nl=f"Zwanger? {nl}", en=f"Pregnant? {en}"))
    assert "notes/pregnant: the text in nl and en says to wait" in why(broken_claims(prove_wording(waiting)), claim)
    assert claim not in str(broken_claims(prove_wording(with_note(waiting, "pregnant", severity="stop"))))


def test_a_price_rule_with_the_text_of_the_opposite_one_is_found(ruleset: Ruleset) -> None:
    oxide, citrate = (
        next(rule for rule in ruleset.rules if rule.id == name)
        for name in ("oxide-cheaper-than-citrate", "citrate-cheaper-than-oxide")
    )
    rules = (structs.replace(oxide, reason=citrate.reason), citrate)
    broken = broken_claims(prove_wording(structs.replace(ruleset, rules=rules)))
    found = why(broken, "the label and the reason")
    assert found == "rules/oxide-cheaper-than-citrate: the reason in nl does not call its form cheaper than citrate"


def test_a_rule_on_a_wish_with_the_label_of_another_wish_is_found(ruleset: Ruleset) -> None:
    on_budget, on_absorption = (
        next(rule for rule in ruleset.rules if rule.id == name)
        for name in ("taurate-dearer-on-low-budget", "taurate-when-absorption-matters")
    )
    rules = (structs.replace(on_budget, label=on_absorption.label), on_absorption)
    broken = broken_claims(prove_wording(structs.replace(ruleset, rules=rules)))
    found = why(broken, "the label and the reason")
    assert found == "rules/taurate-dearer-on-low-budget: the label in nl and en does not name the answer"


def test_a_caution_that_leaves_people_alone_is_found(ruleset: Ruleset) -> None:
    text = Text(nl="Zwanger? Let op.", en="Pregnant? Take care.")
    broken = broken_claims(prove_wording(with_note(ruleset, "pregnant", text=text)))
    assert "notes/pregnant: the text in nl and en names nobody" in why(broken, "every stop and caution says whom")


def test_a_number_in_one_language_only_is_found(ruleset: Ruleset) -> None:
    text = note_of(ruleset, "levothyroxine").text
    changed = structs.replace(text, en=text.en.replace("4 hours", "2 hours"))
    broken = broken_claims(prove_language(with_note(ruleset, "levothyroxine", text=changed), None))
    found = why(broken, "every number is in both languages")
    assert found == "notes/levothyroxine/text: only in nl: 4; only in en: 2"


TURNED = "words such as “not”, “less” and “before”"


def test_a_negation_in_one_language_only_is_found(ruleset: Ruleset) -> None:
    text = note_of(ruleset, "digoxin").text
    changed = structs.replace(text, en=text.en.replace("never stop", "stop"))
    broken = broken_claims(prove_language(with_note(ruleset, "digoxin", text=changed), None))
    assert "notes/digoxin/text: denies: 2 in nl, 1 in en" in why(broken, TURNED)


def test_opposites_swapped_in_one_language_are_found(ruleset: Ruleset) -> None:
    text = note_of(ruleset, "limit-reached").text
    changed = structs.replace(text, en=text.en.replace("or more", "or less").replace("whether less", "whether more"))
    broken = broken_claims(prove_language(with_note(ruleset, "limit-reached", text=changed), None))
    assert "notes/limit-reached/text: opposites come in another order" in why(broken, TURNED)


def test_an_exception_that_no_longer_differs_is_found(ruleset: Ruleset) -> None:
    same = Text(nl="Somber: vraag je huisarts.", en="Low mood: ask your GP.")
    broken = broken_claims(prove_language(with_note(ruleset, "low-mood", text=same), None))
    assert "notes/low-mood/text: no difference" in why(broken, TURNED)


def test_an_exception_without_a_text_is_found(ruleset: Ruleset) -> None:
    notes = tuple(note for note in ruleset.notes if note.id != "low-mood")
    broken = broken_claims(prove_language(structs.replace(ruleset, notes=notes), None))
    assert "notes/low-mood/text: an exception without a text" in why(broken, TURNED)
