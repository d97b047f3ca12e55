"""Form names on labels: two names of one form are one, fillers are none, nothing is guessed."""

import pytest

from recommend.naming import FormsInText, form_names


@pytest.mark.parametrize(
    ("words", "forms"),
    [
        ("magnesiumcitraat", ("citrate",)),
        ("Citrate", ("citrate",)),
        ("Magnesium (als citraat)", ("citrate",)),
        ("Magnesium Bisglycinaat-120", ("bisglycinate",)),
        ("magnesium bisglycinate (magnesium glycinaat)", ("bisglycinate",)),
        ("glycinaat", ("glycinate",)),
        ("magnesium citrate malate", ("citrate_malate",)),
        ("magnesiumoxide en magnesiumcitraat", ("oxide", "citrate")),
        ("vulstof (cellulose), magnesiumhydroxide, magnesiumstearaat", ("hydroxide",)),
    ],
)
def test_a_name_a_title_or_a_list_of_ingredients_names_its_forms_once(words: str, forms: tuple[str, ...]) -> None:
    assert form_names().forms_in(words) == FormsInText(forms)


@pytest.mark.parametrize("words", ["magnesiumstearaat", "antiklontermiddel (magnesiumzouten van vetzuren)", "E470b"])
def test_a_filler_is_no_form(words: str) -> None:
    assert form_names().forms_in(words) == FormsInText()


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("Magnesium Chelate 60 Caps", "magnesium chelate"),
        ("magnesiumfantasaat", "magnesiumfantasaat"),
        ("zinkoxide", "zinkoxide"),
        ("Magnesium (citraat, oxide)", "magnesium (citraat, oxide)"),
    ],
)
def test_what_is_not_known_is_asked_about(words: str, asked: str) -> None:
    assert form_names().forms_in(words).unclear == (asked,)


def test_an_answer_is_remembered_as_one_more_name_and_may_be_that_it_is_none() -> None:
    names = form_names(answers={"magnesium chelate": "bisglycinate", "magnesium complex": ""})
    assert names.forms_in("Magnesium Chelate 60 caps") == FormsInText(("bisglycinate",))
    assert names.forms_in("Good Magnesium Complex 90 caps") == FormsInText()


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("magnesiumbisglycinaaat", "bisglycinate"),
        ("magnesium ctiraat", "citrate"),
        ("magnesiumstearaaat", None),
        ("magnesiumlauraat", None),
        ("magnesium", None),
    ],
)
def test_a_slip_of_a_letter_is_corrected_to_a_form_and_a_letter_replaced_is_not(word: str, form: str | None) -> None:
    assert form_names().correct(word) == form
