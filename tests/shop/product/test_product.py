"""The product page: composition, amounts against the limits, price, the law's statements, safety notes."""

import html
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from catalog.composition import LabelLine
from catalog.edits.store import begin_writing
from catalog.models import Brand, DosageForm, Product, Unit
from catalog.orders.models import DeliveryRate
from catalog.other_actives import read_other_actives
from recommend.knowledge import Ruleset
from shop.app import create_app
from shop.web.services import services_of
from tests.conftest import settings_in
from tests.factories import make_product
from tests.queries import counted
from tests.shop.visitor import answer, main_text

TWO_CAPSULES = "duinvallei-magnesiumcitraat-100-capsules"


def text_of(client: FlaskClient, slug: str, language: str = "en") -> str:
    page = client.get(f"/{language}/product/{slug}")
    assert page.status_code == 200, slug
    return html.unescape(main_text(page)).replace("\xa0", " ")


def slug_with(client: FlaskClient, form: str, words: str) -> str:
    """The first product of the English listing of a form whose page says something."""
    for number in (1, 2, 3):
        listing = client.get(f"/en/best-magnesium-supplements?form={form}&page={number}").text
        for slug in re.findall(r'<h2><a href="/en/product/([^"]+)"', listing):
            if words in text_of(client, slug):
                return str(slug)
    raise AssertionError(f"no product with {form} says {words!r}")


def test_a_product_shows_magnesium_per_unit_and_portion_share_of_375_mg_and_room_below_250_mg(
    client: FlaskClient,
) -> None:
    text = text_of(client, TWO_CAPSULES)
    assert re.search(r"Magnesium per capsule \d", text)
    assert "of the reference intake of 375 mg" in text
    assert "EU upper limit: 250 mg a day" in text
    assert re.search(r"\d mg below it", text)


def test_a_product_says_what_its_delivery_costs_as_the_checkout_does_and_nothing_where_nobody_can_order(
    own_app: Flask,
) -> None:
    client = own_app.test_client()
    text = text_of(client, TWO_CAPSULES)
    assert (
        "Delivery within 3 working days NL from €3.95 (letterbox), free from €50.00 BE from €6.95, free from €75.00"
        in text
    )
    orders = services_of(own_app).orders
    with orders.writing() as session:
        session.execute(update(DeliveryRate).where(DeliveryRate.country == "NL").values(cents=0))
        session.execute(delete(DeliveryRate).where(DeliveryRate.country == "BE"))
        session.add(DeliveryRate(country="BE", kind="home", max_grams=1000, cents=800, free_from_cents=7500))
        session.add(DeliveryRate(country="BE", kind="home", max_grams=9000, cents=900, free_from_cents=None))
    with counted(orders.engine) as sent:
        assert "NL from €3.95 (letterbox)" in text_of(client, TWO_CAPSULES)  # read anew after ten minutes
        assert sent == []
    services_of(own_app).delivery_table = None
    services_of(own_app).cache.clear()
    assert "NL free of charge BE from €8.00 " in text_of(client, TWO_CAPSULES)
    with Session(services_of(own_app).databases.writing) as session:
        begin_writing(session)
        session.execute(update(Brand).values(invented=False))
        session.commit()
    assert "Delivery" not in text_of(client, TWO_CAPSULES)


def test_a_portion_above_250_mg_says_by_how_much_and_what_to_do(client: FlaskClient) -> None:
    text = text_of(client, slug_with(client, "oxide", "above it"))
    assert "above 250 mg, the EU's upper limit" in text


def test_every_product_carries_the_statements_that_the_law_asks_for(client: FlaskClient) -> None:
    dutch = text_of(client, TWO_CAPSULES, "nl")
    for statement in (
        "Voedingssupplement met magnesium",
        "De aanbevolen dagelijkse portie niet overschrijden.",
        "Een voedingssupplement is geen vervanging voor een gevarieerde voeding.",
        "Een gevarieerde, evenwichtige voeding en een gezonde leefstijl zijn belangrijk.",
        "Buiten bereik van jonge kinderen houden.",
        "Aanbevolen dagportie",
        "Ingrediënten",
        "Netto",
        "btw",
    ):
        assert statement in dutch
    for statement in (
        "Food supplement with magnesium",
        "Do not exceed the recommended daily portion.",
        "no substitute for a varied diet",
        "Keep out of reach of young children.",
    ):
        assert statement in text_of(client, TWO_CAPSULES)


def test_powders_and_liquids_carry_a_unit_price_and_capsules_do_not(client: FlaskClient) -> None:
    assert re.search(r"Per 100 ml €\d", text_of(client, slug_with(client, "chloride", "Per 100 ml")))
    assert re.search(r"Per 100 g €\d", text_of(client, slug_with(client, "taurate", "Per 100 g")))
    assert not re.search(r"Per 100 (g|ml) €", text_of(client, TWO_CAPSULES))


def test_a_buffered_bisglycinate_is_given_away_by_its_percentage(client: FlaskClient) -> None:
    text = text_of(client, slug_with(client, "bisglycinate", "cannot contain that much"))
    assert "20% magnesium" in text or "24% magnesium" in text
    assert "magnesium oxide" in text


def test_the_notes_that_always_apply_and_those_of_its_forms_stand_on_every_product(
    client: FlaskClient, ruleset: Ruleset
) -> None:
    text = text_of(client, TWO_CAPSULES)
    expected = [note for note in ruleset.notes if note.always or "citrate" in note.forms]
    assert len(expected) >= 6
    for note in expected:
        assert note.label.en in text
    threonate = text_of(client, slug_with(client, "threonate", "threonate"))
    assert "pregnant" in threonate


def test_allergens_are_emphasised_in_the_ingredients(client: FlaskClient) -> None:
    slug = slug_with(client, "bisglycinate", "fish")
    assert re.search(r"<strong>[^<]*fish[^<]*</strong>", client.get(f"/en/product/{slug}").text)
    assert "*" not in main_text(client.get(f"/en/product/{slug}"))


@pytest.mark.parametrize(("language", "words"), [("nl", "magnesium per dag."), ("en", "magnesium per day.")])
def test_search_engines_get_a_description_in_the_language_of_the_page(
    language: str, words: str, client: FlaskClient
) -> None:
    page = client.get(f"/{language}/product/{TWO_CAPSULES}").text
    description = re.search(r'<meta name="description" content="([^"]*)">', page)
    assert description
    assert description[1].endswith(words)


def test_an_unknown_product_is_a_404_in_the_language_of_the_address(client: FlaskClient) -> None:
    for language, words in (("nl", "Deze pagina bestaat niet"), ("en", "This page does not exist")):
        page = client.get(f"/{language}/product/geen-product")
        assert page.status_code == 404
        assert words in page.text


def test_a_reduction_shows_the_lowest_price_of_the_30_days_before_it_and_says_so_until_its_last_day(
    sample_instance: Path, tmp_path: Path
) -> None:
    instance = Path(shutil.copytree(sample_instance, tmp_path / "instance"))
    app = create_app(settings_in(instance))
    with Session(services_of(app).databases.primary) as session:
        reduction = {"reduced": True, "from_cents": 1995, "from_until": date(2026, 12, 22)}
        session.execute(update(Product).where(Product.slug == TWO_CAPSULES).values(**reduction))
        session.commit()
    client, listing = app.test_client(use_cookies=False), "/en/best-magnesium-supplements?form=citrate"
    services_of(app).clock = lambda: datetime(2026, 12, 21, 23, 59, tzinfo=UTC)
    dutch = text_of(client, TWO_CAPSULES, "nl")
    assert re.search(r"van €\s19,95\s+voor €\s17,95", dutch)
    assert "de laagste prijs van de 30 dagen ervoor" in dutch
    card = client.get(listing).text
    assert "Magnesium citrate 100 mg, 120 capsules" in card
    assert re.search(r"<del[^>]*>.*€19\.95</del>", card)
    services_of(app).clock = lambda: datetime(2026, 12, 22, tzinfo=UTC)
    ended = text_of(client, TWO_CAPSULES, "nl")
    assert "€ 17,95" in ended.replace("\xa0", " ")
    for page in (ended, client.get(listing).text):
        assert not re.search(r"19[,.]95|<del|laagste prijs van de 30", page)
    services_of(app).dispose()


def test_a_product_says_how_long_it_lasts_and_warns_above_the_price(client: FlaskClient) -> None:
    assert "enough for 60 days" in text_of(client, TWO_CAPSULES)
    text = text_of(client, slug_with(client, "oxide", "above it"))
    assert text.index("above 250 mg, the EU's upper limit") < text.index("VAT")


def test_a_sold_out_product_shows_three_of_its_form_that_are_in_stock_and_others_show_none(
    own_app: Flask,
) -> None:
    client = own_app.test_client()
    with Session(services_of(own_app).databases.primary) as session:
        sold_out = make_product(session, slug="sold-out-citrate", stock=0).slug
        session.commit()
    page = client.get(f"/en/product/{sold_out}").text
    shown = page.split('class="instead"')[1].split("</section>")[0]
    assert shown.count('<li class="card">') == 3
    assert shown.count("form-citrate") >= 3
    assert "Sold out" not in shown
    assert 'class="instead"' not in client.get(f"/en/product/{TWO_CAPSULES}").text


def test_safety_is_three_sentences_and_the_notes_fold_but_cautions_of_its_form_stay_open(client: FlaskClient) -> None:
    page = client.get(f"/en/product/{slug_with(client, 'threonate', 'threonate')}").text
    safety = page.split('class="safety"')[1].split("</section>")[0]
    assert safety.split('class="in-short"')[1].split("</ul>")[0].count("<li>") == 3
    assert "note-caution" in safety.split("<details")[0]
    assert 'class="fold fold-info"' in safety.split("<details", 1)[1]


def test_structured_data_has_a_picture_also_without_a_photo(client: FlaskClient) -> None:
    address = re.search(
        r'"image": "http://localhost(/media/pack/[^"]+\.svg)"', client.get(f"/nl/product/{TWO_CAPSULES}").text
    )
    assert address
    drawing = client.get(address[1])
    assert drawing.mimetype == "image/svg+xml"
    assert drawing.text.startswith("<svg xmlns=")
    assert client.get("/media/pack/no-such-product.svg").status_code == 404


def test_who_sells_and_what_it_costs_per_measure_stand_on_cards_and_pages(client: FlaskClient) -> None:
    assert "per 100 g" in main_text(client.get("/nl/vormen/taurate"))
    page = re.sub(r"\s+", " ", text_of(client, TWO_CAPSULES, "nl"))
    assert "Verkoper, bronnen en controle Contact · Colofon" in page


def test_every_derived_price_is_shown_rounded_half_up(own_app: Flask) -> None:
    """Of 1.01 euro: 5.05 cents for 100 mg and for a day, 12.625 euro for 100 g."""
    with Session(services_of(own_app).databases.primary) as session:
        kind: dict[str, Any] = {"dosage_form": DosageForm.POWDER, "unit": Unit.SCOOP, "net_quantity": 8}
        make_product(session, slug="halves", price_cents=101, units_per_pack=20, units_per_day=1, **kind)
        session.commit()
    client = own_app.test_client()
    text = text_of(client, "halves")
    assert re.search(r"Per day 5 ct .*Per 100 mg magnesium 5\.1 ct .*Per 100 g €12\.63", text)
    card = html.unescape(main_text(client.get("/en/best-magnesium-supplements?brand=Merk")))
    assert re.search(r"Price per day 5\sct per day .*5\.1\sct per 100 mg.*€12\.63 per 100 g", card)
    compared = html.unescape(main_text(client.get(f"/en/compare?p=halves&p={TWO_CAPSULES}")))
    for row in (r"Per 100 mg magnesium 5\.1\sct", r"Cost per day 5\sct", r"Per 100 g or 100 ml €12\.63"):
        assert re.search(row, compared)
    [item] = client.get("/api/v1/products?brand=Merk").get_json()["items"]
    assert (item["cents_per_100mg"], item["cents_per_day"]) == ("5.1", "5.1")
    assert '"price": "12.63"' in client.get("/en/product/halves").text


@pytest.fixture
def blend(own_app: Flask) -> str:
    """The slug of a public product with threonate, vitamin D, potassium and ashwagandha."""
    forms = [LabelLine("citrate", elemental_ug=90_000), LabelLine("threonate", elemental_ug=10_000)]
    actives = read_other_actives("vitamin_d 5 µg; potassium 200 mg; ashwagandha 300 mg")
    with Session(services_of(own_app).databases.primary) as session:
        slug = make_product(session, forms, other_actives=actives).slug
        session.commit()
    return slug


def personal(client: FlaskClient, slug: str, language: str = "en") -> str:
    """The part of a product page for the answers of this visitor; empty without one."""
    parts = client.get(f"/{language}/product/{slug}").text.split('aria-labelledby="personal-heading"')
    return html.unescape(re.sub(r"<[^>]+>", " ", parts[1].split("</section>")[0])) if len(parts) > 1 else ""


def test_a_product_page_warns_of_what_does_not_go_with_the_visitors_answers(own_app: Flask, blend: str) -> None:
    client = own_app.test_client()
    assert personal(client, blend) == ""
    answer(client, "en", conditions=["pregnant"], medicines=["potassium_sparing_diuretic"])
    said = personal(client, blend)
    assert "Threonate: adults only" in said
    assert "we suggest only products that are known to contain magnesium alone" in said
    assert re.search(r"Ashwagandha\s+Ask your midwife", said)
    assert re.search(r"Caution\s+Potassium", said)
    assert "Vitamin D" not in said
    assert "verloskundige" in personal(client, blend, "nl")
    assert personal(client, TWO_CAPSULES) == ""


def test_a_label_that_contradicts_itself_is_not_known_to_be_magnesium_alone(own_app: Flask) -> None:
    with Session(services_of(own_app).databases.primary) as session:
        product = make_product(session)
        product.label_faults = 1  # from before the check
        slug = product.slug
        session.commit()
    client = own_app.test_client()
    answer(client, "en", conditions=["pregnant"])
    assert "we suggest only products that are known to contain magnesium alone" in personal(client, slug)


def test_answers_that_leave_pregnancy_or_a_medicine_open_are_warned_as_well(own_app: Flask, blend: str) -> None:
    client = own_app.test_client()
    answer(client, "en", conditions=["unknown"], medicines=["unknown"])
    said = personal(client, blend)
    assert "Threonate: adults only" in said
    assert re.search(r"Ashwagandha\s+Ask your midwife", said)
    assert re.search(r"Caution\s+Potassium", said)


def test_a_healthy_adult_is_told_nothing_personal_and_the_page_is_never_kept(own_app: Flask, blend: str) -> None:
    client = own_app.test_client()
    answer(client, "en")
    assert personal(client, blend) == ""
    assert client.get(f"/en/product/{blend}").headers["Cache-Control"] == "no-store"
