"""The law's wishes for ordering: in one view above the button, in the mail, and below every page."""

import re
from http import HTTPStatus

import msgspec
import pytest
from flask import Flask
from lxml import html
from sqlalchemy import update
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.edits.settings import save_settings
from catalog.models import Brand, How, Product
from catalog.queries.settings import OwnerSettings
from recommend.claims.check import check_text
from shop.settings import PaymentsSetting
from shop.web.order_links import order_token
from shop.web.services import services_of
from tests.shop.ordering.shopper import CHECKOUT, CITRATE, DETAILS, Shopper, mails, main_text, plain, purchases

ABOVE_THE_BUTTON = {
    "nl": ["17,95", "4,95", "22,90", "inclusief btw", "100 mg", "120 capsules", "Pakket thuis", "14 dagen"],
    "en": ["17.95", "4.95", "22.90", "VAT included", "100 mg", "120 capsules", "Parcel at home", "14 days"],
}
IN_THE_CONFIRMATION = {
    "nl": [
        *("Winkel B.V.", "Straat 1", "info@winkel.nl", "030 123 45 67", "12345678", "NL123456789B13", "Retourstraat 2"),
        *(
            "22,90",
            "4,95",
            "btw",
            "Pakket thuis",
            "3 werkdagen",
            "zonder reden herroepen",
            "14 dagen",
            "betaalt dat zelf",
        ),
        *("modelformulier", "onder elke pagina", "garantie", "klacht", "Proefvoorwaarden.", "verzegeling"),
    ],
    "en": [
        *("Winkel B.V.", "Straat 1", "info@winkel.nl", "030 123 45 67", "12345678", "NL123456789B13", "Retourstraat 2"),
        *("22.90", "4.95", "VAT", "Parcel at home", "3 working days", "without a reason", "14 days", "pay for that"),
        *("model form", "at the foot of every page", "guarantee", "complaint", "Trial terms.", "seal"),
    ],
}


def complete_settings(app: Flask, **more: object) -> None:
    """All that the law wants of a seller."""
    settings = OwnerSettings(
        seller_name="Winkel B.V.",
        seller_address="Straat 1, 3511 AB Utrecht",
        seller_email="info@winkel.nl",
        seller_phone="030 123 45 67",
        seller_kvk="12345678",
        seller_vat="NL123456789B13",
        seller_iban="NL91ABNA0417164300",
        return_address="Retourstraat 2, Utrecht",
        public_url="http://localhost",
        terms_nl="Deze voorwaarden gelden.",
        terms_en="These terms apply.",
        **more,  # type: ignore[arg-type] # values of any setting
    )
    with Session(services_of(app).databases.writing) as session:
        save_settings(session, settings, 0, Author("owner@voorbeeld.nl", How.FORM))
        session.commit()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_goods_and_whole_price_stand_above_the_button_and_nothing_is_ticked(language: str, own_app: Flask) -> None:
    shopper = Shopper(own_app, language)
    shopper.add()
    details = shopper.client.get(CHECKOUT[language])
    assert not html.fromstring(details.text).xpath("//main//input[@checked]"), "no way is chosen beforehand"
    summary = shopper.details()
    text = main_text(summary).replace("\xa0", " ")
    above = text[: text.index({"nl": "Bestelling met", "en": "Order with obligation"}[language])]
    assert not [wanted for wanted in ABOVE_THE_BUTTON[language] if wanted not in above]
    tree = html.fromstring(summary.text)
    (table,) = tree.xpath("//main//table")
    following = table.xpath("following-sibling::*")
    assert following[0].xpath(".//button/@value") == ["order"], "the button is directly below the sums"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_confirmation_holds_all_that_the_law_asks_as_text(language: str, own_app: Flask) -> None:
    complete_settings(own_app)
    shopper = Shopper(own_app, language)
    shopper.add()
    shopper.pay(shopper.order())
    shopper.work()
    (confirmation,) = mails(own_app, "confirmation")
    text = re.sub(r"\s+", " ", plain(confirmation))
    assert not [wanted for wanted in IN_THE_CONFIRMATION[language] if wanted not in text]
    link = re.search(r"http://localhost(/\S+/(?:herroepen|withdraw))", text)
    assert link is not None
    assert shopper.client.get(link[1]).status_code == HTTPStatus.OK
    directory = services_of(own_app).ruleset.directory
    for message in mails(own_app):
        findings = check_text(plain(message), language, directory)  # type: ignore[arg-type] # the language is a plain str there
        assert not [finding.text for finding in findings if finding.severity == "block"]
    body = confirmation.get_body(("html",))
    assert body is not None
    assert "src=" not in body.get_content(), "the HTML loads nothing"


def test_withdrawal_is_one_link_away_from_every_page(own_app: Flask) -> None:
    client = own_app.test_client()
    for address in ("/nl/", "/nl/beste-magnesium-supplementen", "/nl/winkelmand", "/nl/herroepen", "/nl/niets"):
        footer = html.fromstring(client.get(address).text).xpath("//footer//a/@href")
        assert "/nl/herroepen" in footer


def real(app: Flask) -> None:
    """Turn the sample's brands into real ones."""
    with Session(services_of(app).databases.writing) as session:
        for brand in session.query(Brand):
            brand.invented = False
        session.commit()


def test_real_products_cannot_be_ordered_until_everything_is_complete_and_a_provider_is_set(own_app: Flask) -> None:
    real(own_app)
    shopper = Shopper(own_app)
    shopper.add()
    page = shopper.client.get(CHECKOUT["nl"])
    assert page.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "Bestellen kan nog niet" in main_text(page)
    assert shopper.client.post(CHECKOUT["nl"], data=DETAILS | {"step": "summary"}).status_code == (
        HTTPStatus.SERVICE_UNAVAILABLE
    )
    complete_settings(own_app)
    assert shopper.client.get(CHECKOUT["nl"]).status_code == HTTPStatus.SERVICE_UNAVAILABLE, "no provider yet"


def test_every_order_keeps_the_terms_that_it_was_agreed_to_under(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    shopper.order(method="after_delivery")
    (purchase,) = purchases(own_app)
    assert len(purchase.terms_version) == 12


def test_who_pays_after_delivery_pays_nothing_now_and_gets_the_account_in_the_mail(own_app: Flask) -> None:
    complete_settings(own_app)
    shopper = Shopper(own_app)
    shopper.add()
    ordered = shopper.order(method="after_delivery")
    assert "/betalen" not in ordered.location
    shopper.work()
    (purchase,) = purchases(own_app)
    assert not purchase.payments
    (confirmation,) = mails(own_app, "confirmation")
    assert "NL91ABNA0417164300" in plain(confirmation)
    assert purchase.number in plain(confirmation)


def test_an_order_of_a_trial_that_is_paid_after_delivery_names_no_account_and_no_money_that_comes_back(
    own_app: Flask,
) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    summary = main_text(shopper.details())
    assert "ontbreekt hier" not in summary
    assert not re.search(r"\d,\d mg magnesium per", summary)
    page = shopper.client.get(shopper.order(method="after_delivery").location)
    assert "Dit is een proef, dus er wordt niets afgeschreven." in main_text(page)
    assert "geen rekening" not in main_text(page)
    shopper.work()
    (purchase,) = purchases(own_app)
    form = shopper.client.get(f"/nl/bestelling/{order_token(services_of(own_app), purchase.number)}/herroepen")
    done = shopper.client.get(shopper.submit(shopper.submit(form, "check"), "confirm").location)
    shopper.work()
    for text in (main_text(done), plain(mails(own_app, "withdrawal")[0])):
        said = re.sub(r"\s+", " ", text)
        assert "er is niets betaald" in said
        assert "We betalen" not in said


def test_a_trial_says_so_on_every_page_mail_and_document(own_app: Flask) -> None:
    assert own_app.extensions["shop"].settings.payments is None
    shopper = Shopper(own_app)
    shopper.add()
    pages = [shopper.client.get(CHECKOUT["nl"]), shopper.details()]
    ordered = shopper.order()
    pages += [shopper.client.get(ordered.location), shopper.pay(ordered)]
    assert all("Proef" in main_text(page) for page in pages)
    shopper.work()
    assert all(message["Subject"].startswith("[Proef]") for message in mails(own_app))
    (document,) = purchases(own_app)[0].documents
    assert "Proef: dit document heeft geen waarde." in document.snapshot
    assert document.number.startswith("T")
    assert PaymentsSetting.TRIAL.value == purchases(own_app)[0].payments[0].provider


@pytest.mark.parametrize("reason", ["Het hielp niet tegen mijn migraine", "Geneest kanker niet, zoals beloofd"])
def test_a_withdrawal_is_acknowledged_with_the_shopper_s_own_words_whatever_they_are(
    reason: str, own_app: Flask
) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    shopper.order(name="Jan Kanker")
    (purchase,) = purchases(own_app)
    form = shopper.client.get(f"/nl/bestelling/{order_token(services_of(own_app), purchase.number)}/herroepen")
    shopper.submit(shopper.submit(form, "check", reason=reason), "confirm")
    shopper.work()
    (acknowledgement,) = mails(own_app, "withdrawal")
    text = plain(acknowledgement)
    assert [wanted for wanted in (reason, "Naam: Jan Kanker", "1 × ", "Datum en tijd") if wanted not in text] == []


def test_a_product_s_name_that_may_not_be_said_takes_nothing_else_out_of_the_confirmation(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    with Session(services_of(own_app).databases.writing) as session:
        session.execute(update(Product).where(Product.slug == CITRATE).values(name_nl="Geneest migraine, 100 capsules"))
        session.commit()
    shopper.pay(shopper.order())
    shopper.work()
    (confirmation,) = mails(own_app, "confirmation")
    text = re.sub(r"\s+", " ", plain(confirmation))
    assert "Geneest" not in text
    kept = ("22,90", "btw", "zonder reden herroepen", "14 dagen", "modelformulier", "garantie", "klacht", "verzegeling")
    assert [wanted for wanted in kept if wanted not in text] == []


def test_an_invoice_says_that_it_was_paid_and_its_date_in_words(own_app: Flask) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    shopper.pay(shopper.order())
    shopper.work()
    (document,) = purchases(own_app)[0].documents
    contents = msgspec.json.decode(document.snapshot)
    assert contents["pay"] == "Online betaald."
    assert re.fullmatch(r"\d{1,2} [a-z]+ 20\d\d", contents["date"])
