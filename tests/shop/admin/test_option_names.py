"""Names of choices on the pages of an import: those of the form, in the language of the page."""

import pytest
from flask import Flask

from shop.admin.products.labels import option_name


@pytest.mark.parametrize(
    ("value", "field", "name"),
    [
        ("powder", "dosage_form", "poeder"),
        ("scoop", "unit", "maatschep"),
        ("draft", "status", "concept"),
        ("EUR", "currency", "EUR"),
        ("tablet", "name_nl", "tablet"),
        ("zalf", "dosage_form", "zalf"),
        ("", "status", ""),
    ],
)
def test_a_choice_of_a_field_has_its_dutch_name_and_other_values_stay(
    value: str, field: str, name: str, own_app: Flask
) -> None:
    with own_app.test_request_context("/nl/"):
        assert option_name(value, field).casefold() == name.casefold()
