"""Forms: all that the law permits in supplements, and those on labels that it does not."""

from collections import Counter
from fractions import Fraction

import pytest

from recommend.knowledge import Ruleset
from recommend.text import LANGUAGES

# Directive 2002/46/EC, Annex II, part B, magnesium.
ANNEX_II = {
    "magnesium acetate": "magnesiumacetaat",
    "magnesium L-ascorbate": "magnesium-L-ascorbaat",
    "magnesium bisglycinate": "magnesiumbisglycinaat",
    "magnesium carbonate": "magnesiumcarbonaat",
    "magnesium chloride": "magnesiumchloride",
    "magnesium salts of citric acid": "magnesiumzouten van citroenzuur",
    "magnesium citrate malate": "magnesiumcitraatmalaat",
    "magnesium gluconate": "magnesiumgluconaat",
    "magnesium glycerophosphate": "magnesiumglycerofosfaat",
    "magnesium salts of orthophosphoric acid": "magnesiumzouten van orthofosforzuur",
    "magnesium lactate": "magnesiumlactaat",
    "magnesium L-lysinate": "magnesium-L-lysinaat",
    "magnesium hydroxide": "magnesiumhydroxide",
    "magnesium malate": "magnesiummalaat",
    "magnesium oxide": "magnesiumoxide",
    "magnesium L-pidolate": "magnesium-L-pidolaat",
    "magnesium potassium citrate": "kaliummagnesiumcitraat",
    "magnesium pyruvate": "magnesiumpyruvaat",
    "magnesium succinate": "magnesiumsuccinaat",
    "magnesium sulphate": "magnesiumsulfaat",
    "magnesium taurate": "magnesiumtauraat",
    "magnesium acetyl taurate": "magnesiumacetyltauraat",
    "magnesium L-threonate": "magnesium-L-threonaat",
}
NOT_ALLOWED = {"orotate", "aspartate"}


def test_all_23_forms_of_annex_ii_are_there_under_their_name_in_both_languages(ruleset: Ruleset) -> None:
    named = {form.annex_ii.en: form.annex_ii.nl for form in ruleset.forms.values() if form.annex_ii}
    assert len(ANNEX_II) == 23
    assert named == ANNEX_II


def test_orotate_and_aspartate_are_known_and_not_allowed(ruleset: Ruleset) -> None:
    own = {form.id for form in ruleset.forms.values() if form.same_as is None and form.annex_ii is None}
    assert own == NOT_ALLOWED


def test_glycinate_is_the_only_second_name(ruleset: Ruleset) -> None:
    assert {form.id: form.same_as for form in ruleset.forms.values() if form.same_as} == {"glycinate": "bisglycinate"}


def test_citrate_malate_is_the_only_form_without_a_formula(ruleset: Ruleset) -> None:
    assert {form for form in ruleset.forms if ruleset.fraction_of(form) is None} == {"citrate_malate"}


def test_no_label_spelling_stands_for_two_forms(ruleset: Ruleset) -> None:
    for language in LANGUAGES:
        spellings = Counter(
            spelling.casefold()
            for form in ruleset.forms.values()
            for spelling in {form.name.in_language(language), *form.synonyms.in_language(language)}
        )
        assert [spelling for spelling, times in spellings.items() if times > 1] == []


def test_every_form_says_what_it_is_in_both_languages_with_a_source(ruleset: Ruleset) -> None:
    for form in ruleset.forms.values():
        assert form.about.nl != form.about.en
        assert form.citations


def test_a_named_salt_has_its_own_share_of_magnesium_and_no_name_means_the_first(ruleset: Ruleset) -> None:
    assert ruleset.fraction_of("citrate") == ruleset.fraction_of("citrate", "trimagnesium_dicitrate")
    assert ruleset.fraction_of("oxide", "magnesium_oxide") == Fraction(24305, 40304)


@pytest.mark.parametrize(("form", "salt"), [("unobtainium", None), ("citrate", "salt"), ("citrate_malate", "salt")])
def test_an_unknown_form_or_salt_is_named(form: str, salt: str | None, ruleset: Ruleset) -> None:
    with pytest.raises(KeyError, match=salt or form):
        ruleset.fraction_of(form, salt)


def test_the_forms_that_nih_names_for_diarrhoea_say_so_and_citrate_does_not(ruleset: Ruleset) -> None:
    named = {form for form in ruleset.forms if "forms-named-for-diarrhoea" in {n.id for n in ruleset.form_notes(form)}}
    assert named == {"carbonate", "chloride", "gluconate", "oxide"}


def test_a_chelate_that_was_studied_is_called_bisglycinate_by_inference_only(ruleset: Ruleset) -> None:
    texts = [rule.reason for rule in ruleset.rules if "bisglycinate" in rule.forms]
    texts.append(ruleset.forms["bisglycinate"].about)
    studied = [text for text in texts if "chelaat" in text.nl]
    assert len(studied) >= 3
    assert all("onze aanname" in text.nl and "our inference" in text.en for text in studied)
