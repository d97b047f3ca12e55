"""Other active substances in the product form: typed per line, refused at the field, published within limits."""

import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from catalog.models import AmountUnit, Status
from tests.conftest import AdminClient
from tests.shop.admin.products import COMPLETE, add, press, stored
from tests.shop.visitor import main_text

B6_AND_ZINC = {
    **{"other_actives-0-what": "vitamin_b6", "other_actives-0-amount": "1,4", "other_actives-0-unit": "mg"},
    **{"other_actives-1-what": "zinc", "other_actives-1-amount": "5000", "other_actives-1-unit": "µg"},
}


def test_substances_are_kept_with_their_amounts_and_shown_again(admin_client: AdminClient, own_app: Flask) -> None:
    client = admin_client("publisher")
    product_id = add(client, **B6_AND_ZINC, vegan="false")
    state = stored(own_app, product_id)
    assert [(one.substance, str(one.amount), one.unit) for one in state.other_actives] == [
        ("vitamin_b6", "1.4", AmountUnit.MILLIGRAM),
        ("zinc", "5000", AmountUnit.MICROGRAM),
    ]
    assert (state.vegan, state.other_actives_stated, state.allergens_stated) == (False, True, False)
    page = client.get(f"/admin/products/{product_id}").text
    assert re.search(r'name="other_actives-0-amount"[^>]*value="1,4"', page)
    press(client, f"/admin/products/{product_id}", "save", **{"other_actives-1-amount": "6000"})
    history = main_text(client.get(f"/admin/products/{product_id}/history"))
    assert "Zink 5.000 µg" in history
    assert "Zink 6.000 µg" in history


def test_international_units_are_weighed(admin_client: AdminClient, own_app: Flask) -> None:
    given = {"other_actives-0-what": "vitamin_d", "other_actives-0-amount": "400", "other_actives-0-unit": "IE"}
    state = stored(own_app, add(admin_client("editor"), **given))
    assert [(one.amount, one.unit) for one in state.other_actives] == [(Decimal(10), AmountUnit.MICROGRAM)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"other_actives-0-what": "zinc", "other_actives-0-amount": ""}, "is geen hoeveelheid"),
        ({"other_actives-0-what": "zinc", "other_actives-0-amount": "1e9"}, "is geen hoeveelheid"),
        ({"other_actives-0-what": "zinc", "other_actives-0-amount": "10", "other_actives-0-unit": "IE"}, "IE zegt bij"),
        ({"other_actives-0-what": "", "other_actives-0-amount": "10"}, "is geen stof die wij kennen"),
        ({"other_actives-0-what": "unobtainium", "other_actives-0-amount": "10"}, "is geen stof die wij kennen"),
        (B6_AND_ZINC | {"other_actives-1-what": "vitamin_b6"}, "staat er twee keer"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_what_was_typed_stays(
    given: dict[str, Any], said: str, admin_client: AdminClient
) -> None:
    page = press(admin_client("editor"), "/admin/products/new", "save", **COMPLETE | given)
    assert page.status_code == 422
    assert said in main_text(page)
    assert f'value="{given["other_actives-0-amount"]}"' in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"other_actives-0-what": "vitamin_b6", "other_actives-0-amount": "25", "other_actives-0-unit": "mg"},
            "Vitamine B6: 25 mg per dagportie is meer dan 12 mg",
        ),
        ({"composition-0-elemental": "251", "units_per_day": "2"}, "geeft meer dan 500 mg magnesium per dag"),
        ({"units_per_day": "61", "composition-0-elemental": "5"}, "is meer dan er in de verpakking zit"),
    ],
)
def test_more_than_a_limit_cannot_go_public(
    changes: dict[str, str], said: str, admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    product_id = add(client, **changes)
    assert said in main_text(client.get(f"/admin/products/{product_id}/publish"))
    client.post(f"/admin/products/{product_id}/publish")
    assert stored(own_app, product_id).status is Status.DRAFT
