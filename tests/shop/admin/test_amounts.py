"""Amounts as the product's form works them out beside what is typed."""

import pytest

from tests.conftest import AdminClient
from tests.shop.admin.products import press
from tests.shop.visitor import main_text


@pytest.mark.parametrize(
    ("typed", "shown"), [("10,84", "9,94"), ("10,96", "10,06"), ("10,90", "10,00"), ("0,01", "0,01")]
)
def test_the_form_shows_the_price_without_vat_to_the_nearest_cent(
    typed: str, shown: str, admin_client: AdminClient
) -> None:
    """10.84 is 9.94495 without VAT, 10.96 is 10.05505."""
    page = press(admin_client("editor"), "/admin/products/new", "check", price_cents=typed)
    assert f"\N{EURO SIGN} {shown} zonder 9 % btw" in main_text(page).replace("\N{NO-BREAK SPACE}", " ")
