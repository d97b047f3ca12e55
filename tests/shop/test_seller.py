"""The seller's details stand where the law wants them, as set by the operator, or plainly not filled in."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from msgspec import structs

from shop.app import create_app
from shop.seller import Seller
from shop.settings import SettingsError, read_settings
from shop.web.services import services_of
from tests.conftest import settings_in
from tests.shop.visitor import main_text

PRODUCT = "/nl/product/duinvallei-magnesiumcitraat-100-capsules"
SELLER = Seller("Proef & Zn", "Straat 1, Stad", "vraag@winkel.example", None, "00000000", "NL000000000B00")


@pytest.mark.parametrize(("address", "times"), [("/nl/colofon", 1), ("/nl/contact", 0), (PRODUCT, 0)])
def test_what_the_seller_has_not_filled_in_is_named_once_and_not_made_up(
    address: str, times: int, client: FlaskClient
) -> None:
    missing = "Nog niet ingevuld door de verkoper: Naam, Adres, Handelsregister (KvK), Btw-nummer, E-mail."
    assert main_text(client.get(address)).count(missing) == times


def test_what_is_configured_stands_on_colophon_product_and_accessibility_page(sample_instance: Path) -> None:
    app = create_app(structs.replace(settings_in(sample_instance), seller=SELLER))
    client = app.test_client()
    for address in ("/nl/colofon", PRODUCT):
        page = client.get(address)
        assert "ingevuld door de verkoper" not in page.text
        for text in ("Proef &amp; Zn", "Straat 1, Stad", "00000000", "NL000000000B00", "mailto:vraag@winkel.example"):
            assert text in page.text
    for address in ("/en/accessibility", "/en/contact"):
        assert "mailto:vraag@winkel.example" in client.get(address).text
    services_of(app).dispose()


def test_every_page_leads_to_colophon_and_accessibility_statement(client: FlaskClient) -> None:
    page = client.get("/nl/").text
    assert 'href="/nl/colofon"' in page
    assert 'href="/nl/toegankelijkheid"' in page


def test_the_environment_gives_the_seller_and_the_public_address(tmp_path: Path) -> None:
    environ = {
        "SHOP_INSTANCE": str(tmp_path),
        "SHOP_SELLER_NAME": " Proef ",
        "SHOP_SELLER_KVK": "00000000",
        "SHOP_PUBLIC_URL": "https://winkel.example/",
    }
    settings = read_settings(environ)
    assert settings.seller == Seller(name="Proef", kvk="00000000")
    assert settings.public_url == "https://winkel.example"
    assert read_settings({"SHOP_INSTANCE": str(tmp_path)}).seller == Seller()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOP_SELLER_KVK", "1234"),
        ("SHOP_SELLER_VAT", "nl 12"),
        ("SHOP_SELLER_EMAIL", "nobody"),
        ("SHOP_PUBLIC_URL", "winkel.example"),
        ("SHOP_PUBLIC_URL", "https://winkel.example/path"),
    ],
)
def test_a_setting_that_can_not_be_what_it_says_is_named(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({"SHOP_INSTANCE": str(tmp_path), name: value})


def test_canonical_addresses_are_those_of_the_public_url(sample_instance: Path) -> None:
    app = create_app(structs.replace(settings_in(sample_instance), public_url="https://winkel.example"))
    page = app.test_client().get("/nl/privacy").text
    assert '<link rel="canonical" href="https://winkel.example/nl/privacy">' in page
    services_of(app).dispose()
