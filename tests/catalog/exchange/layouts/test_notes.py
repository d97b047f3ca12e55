"""Words of the notes in a plan."""

import re

import pytest

from catalog.exchange.layouts.notes import NOTE_TEXTS


@pytest.mark.parametrize("code", NOTE_TEXTS)
def test_every_note_has_the_same_values_in_both_languages(code: str) -> None:
    text = NOTE_TEXTS[code]
    assert set(re.findall(r"\{(\w+)\}", text.nl)) == set(re.findall(r"\{(\w+)\}", text.en))
    assert text.nl != text.en or code == "cell-fault"
