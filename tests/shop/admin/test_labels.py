"""The label of a product in the admin: ingredients that contradict it are marked, named and never go public."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, update
from sqlalchemy.orm import Session

from catalog.consistency import repair_derived_data
from catalog.models import Allergen, Change, Product, Status, table_of
from recommend.knowledge import Ruleset
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.shop.admin.imports import send_file
from tests.shop.admin.products import COMPLETE, add, press, send_to, stored
from tests.shop.api.conftest import ADVICE, HEALTHY
from tests.shop.visitor import main_text

REPORTED: dict[str, Any] = {
    "ingredients_nl": (
        "magnesiumcitraat, capsule (gelatine (rund)), *wei* (melk), maltodextrine, sojalecithine, tarwezetmeel,"
        " visgelatine"
    ),
    "ingredients_en": (
        "magnesium citrate, capsule (gelatine (bovine)), *whey* (milk), maltodextrin, soy lecithin, wheat starch,"
        " fish gelatine"
    ),
    "vegan": "true",
}
"""A label as one was published once, with nothing ticked."""


def publish(client: Any, product_id: int, version: int = 1) -> Any:
    return send_to(client, f"/admin/products/{product_id}/publish", version=str(version))


def test_milk_soy_wheat_and_fish_without_their_ticks_do_not_go_public(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    product_id = add(client, **REPORTED)
    refused = publish(client, product_id)
    assert refused.status_code == 422
    text = main_text(refused)
    for allergen in ("melk", "soja", "gluten", "vis"):
        assert f"“{allergen}” is niet aangevinkt, maar de ingrediënten noemen" in text
    assert "Veganistisch is “ja”, maar de ingrediënten noemen “gelatine”, “rund”" in text
    assert stored(own_app, product_id).status is Status.DRAFT
    ticks = {"vegan": "false", "allergens": ["milk", "soy", "gluten", "fish"]}
    assert press(client, f"/admin/products/{product_id}", "save", **ticks).status_code == 303
    assert publish(client, product_id, version=2).status_code == 303
    page = client.get("/nl/beste-magnesium-supplementen?without=milk&q=proefcapsules")
    assert "/nl/product/proefcapsules" not in page.text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_words_are_marked_at_the_ingredients_of_their_language(language: str, admin_client: AdminClient) -> None:
    client = admin_client("editor")
    page = press(client, f"/admin/products/new?lang={language}", "check", **COMPLETE | REPORTED)
    found = re.search(rf'id="label-ingredients_{language}".*?</div>', page.text, re.S)
    assert found
    marked = re.findall(r"<mark>(.*?)</mark>", found[0])
    expected = {
        "nl": ["gelatine", "rund", "wei", "melk", "sojalecithine", "tarwezetmeel", "visgelatine"],
        "en": ["gelatine", "bovine", "whey", "milk", "soy", "wheat", "fish", "gelatine"],
    }
    assert marked == expected[language]
    assert 'href="#allergens"' in found[0]


def test_zinc_in_the_ingredients_asks_for_its_amount_and_is_published_with_it(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    texts = {"ingredients_nl": "magnesiumcitraat, zinkcitraat", "ingredients_en": "magnesium citrate, zinc citrate"}
    product_id = add(client, **texts)
    refused = publish(client, product_id)
    assert refused.status_code == 422
    assert "Zink is niet opgegeven, maar de ingrediënten noemen “zinkcitraat”, “zinc citrate”" in main_text(refused)
    declared = {
        "other_actives-0-what": "zinc",
        "other_actives-0-amount": "5",
        "other_actives-0-unit": "mg",
        "other_actives_stated": "y",
    }
    assert press(client, f"/admin/products/{product_id}", "save", **declared).status_code == 303
    assert publish(client, product_id, version=2).status_code == 303
    assert stored(own_app, product_id).status is Status.PUBLISHED


def test_what_is_declared_and_not_named_is_shown_at_the_text_and_blocks_nothing(admin_client: AdminClient) -> None:
    client = admin_client("publisher")
    product_id = add(client, **{"other_actives-0-what": "zinc", "other_actives-0-amount": "5", "allergens": ["soy"]})
    page = main_text(client.get(f"/admin/products/{product_id}"))
    assert "Ingrediënten (Nederlands) noemt Zink niet, dat wel is opgegeven" in page
    assert "noemt “soja” niet, dat wel is aangevinkt" in page
    assert publish(client, product_id).status_code == 303


def test_a_file_that_publishes_a_contradicting_label_is_refused_at_its_columns(admin_client: AdminClient) -> None:
    client = admin_client("publisher")
    columns = ["sku", "status", "brand", "brand_address", "dosage_form", "unit", "units_per_pack", "units_per_day"]
    values = ["UIT-1", "published", "Proefmerk", "Weg 1, 0000 AA Stad", "capsule", "capsule", "60", "1"]
    texts = {
        "name": ("Proef", "Trial"),
        "summary": ("Capsules.", "Capsules."),
        "ingredients": ("magnesiumcitraat, weipoeder", "magnesium citrate, whey powder"),
        "directions": ("1 per dag.", "1 a day."),
        "storage": ("Droog.", "Dry."),
    }
    for name, (nl, en) in texts.items():
        columns += [f"{name}_nl", f"{name}_en"]
        values += [nl, en]
    columns += ["net_quantity", "vegan", "allergens", "price_eur", "stock", "composition"]
    values += ["45", "true", "", "12.95", "3", "citrate elemental 100 mg"]
    file = ",".join(columns) + "\n" + ",".join(f'"{value}"' for value in values) + "\n"
    shown = client.get(send_file(client, file).location)
    text = main_text(shown)
    assert "“melk” is niet aangevinkt, maar de ingrediënten noemen “weipoeder”, “whey”" in text
    assert "is “ja”, maar de ingrediënten noemen" in text


def test_a_public_product_from_before_the_check_stands_in_what_needs_attention(
    admin_client: AdminClient, own_app: Flask, ruleset: Ruleset
) -> None:
    client = admin_client("publisher")
    before = "magnesiumcitraat, uit de tijd voor de controle"
    product_id = add(client, ingredients_nl=before, vegan="true")
    assert publish(client, product_id).status_code == 303
    with Session(services_of(own_app).databases.writing) as session:
        for column in (table_of(Product).c.ingredients_nl, table_of(Change).c.state):
            session.execute(update(column.table).values({column: func.replace(column, before, "lactose, visgelatine")}))
        repair_derived_data(session, ruleset)
        session.commit()
    overview = client.get("/admin/")
    assert "1 ingrediënten kloppen niet met het etiket" in main_text(overview)
    assert "/admin/products?trouble=label" in overview.text
    listed = client.get("/admin/products?trouble=label")
    assert f'/admin/products/{product_id}"' in listed.text
    assert "3 tegenstrijdigheden op het etiket" in main_text(listed)
    slug = stored(own_app, product_id).slug
    for unsure in ("without=eggs", "vegan=true", "other_actives=none"):
        assert not is_found(own_app, slug, unsure), unsure
    assert is_found(own_app, slug, "")
    # Its stock can be corrected; its label only so that it agrees.
    assert press(client, f"/admin/products/{product_id}", "save", stock="3").status_code == 303
    refused = press(client, f"/admin/products/{product_id}", "save", allergens=["milk"])
    assert refused.status_code == 422
    assert 'href="#allergens"' in refused.text
    assert stored(own_app, product_id).allergens == ()
    ticks = {"vegan": "false", "allergens": ["milk", "fish"]}
    assert press(client, f"/admin/products/{product_id}", "save", **ticks).status_code == 303
    assert Allergen.MILK in stored(own_app, product_id).allergens
    assert "kloppen niet met het etiket" not in main_text(client.get("/admin/"))
    assert is_found(own_app, slug, "without=eggs")


def is_found(app: Flask, slug: str, filters: str) -> bool:
    """Whether a shopper who filters finds this product."""
    items = app.test_client().get(f"/api/v1/products?q=magnesiumcitraat&{filters}").get_json()["items"]
    return slug in {item["slug"] for item in items}


@pytest.mark.parametrize(("units", "asks"), [("2", False), ("3", True)])
def test_a_daily_portion_above_250_mg_goes_public_with_a_publishers_reason_only(
    units: str, asks: bool, admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    product_id = add(client, **{"units_per_day": units, "composition-0-elemental": "125"})
    page = client.get(f"/admin/products/{product_id}/publish")
    assert ("Alleen een reden ontbreekt" in main_text(page)) is asks
    answer = publish(client, product_id)
    assert answer.status_code == (422 if asks else 303)
    assert ("Vul een reden in." in answer.text) is asks
    if not asks:
        return
    name = "reason-daily-portion-375000"
    address = f"/admin/products/{product_id}/publish"
    for wrong in ({name: "  "}, {"reason-daily-portion-250000": "een andere dagportie"}, {"reason": "zomaar"}):
        assert send_to(client, address, version="1", **wrong).status_code == 422
    given = {name: "alleen op advies van een diëtist"}
    assert send_to(client, address, version="1", **given).status_code == 303
    assert stored(own_app, product_id).status is Status.PUBLISHED
    history = main_text(client.get(f"/admin/products/{product_id}/history")).replace("\N{NO-BREAK SPACE}", " ")
    assert "Een dagportie van 375 mg alleen op advies van een diëtist" in history
    assert "Boven de EU-grens van 250 mg per dag" in main_text(
        client.get("/nl/beste-magnesium-supplementen?q=proefcapsules")
    )
    assert "Deze dagportie ligt boven 250 mg" in main_text(client.get("/nl/product/proefcapsules"))


def test_an_editor_cannot_give_the_reason_and_a_higher_portion_asks_for_another(
    admin_client: AdminClient, own_app: Flask
) -> None:
    editor, publisher = admin_client("editor"), admin_client("publisher")
    finding = "reason-daily-portion-300000"
    product_id = add(editor, **{"composition-0-elemental": "300", finding: "van de redacteur"})
    page = editor.get(f"/admin/products/{product_id}")
    assert "wie het product openbaar maakt, geeft een reden" in main_text(page)
    assert f'name="{finding}"' not in page.text
    assert publish(publisher, product_id).status_code == 422
    assert f'name="{finding}"' in publisher.get(f"/admin/products/{product_id}").text
    assert press(publisher, f"/admin/products/{product_id}", "save", **{finding: "besproken"}).status_code == 303
    assert publish(publisher, product_id, version=2).status_code == 303
    # The reason holds for this portion, whatever else changes; a higher one needs its own.
    assert press(publisher, f"/admin/products/{product_id}", "save", stock="3").status_code == 303
    more = {"composition-0-elemental": "400"}
    refused = press(publisher, f"/admin/products/{product_id}", "save", **more)
    assert refused.status_code == 422
    assert "geeft 400 mg magnesium per dag, meer dan 250 mg" in main_text(refused)
    more["reason-daily-portion-400000"] = "ook besproken"
    assert press(publisher, f"/admin/products/{product_id}", "save", **more).status_code == 303
    too_much = {"composition-0-elemental": "501", "reason-daily-portion-501000": "toch"}
    assert press(publisher, f"/admin/products/{product_id}", "save", **too_much).status_code == 422
    assert stored(own_app, product_id).composition[0].elemental_ug == 400_000


def test_a_draft_with_a_high_portion_is_counted_as_to_be_judged(admin_client: AdminClient) -> None:
    client = admin_client("publisher")
    add(client, **{"composition-0-elemental": "300"})
    assert "1 te beoordelen" in main_text(client.get("/admin/"))


BLEND: dict[str, Any] = {
    "ingredients_nl": (
        "magnesiumcitraat, kaliumcitraat, calciumcarbonaat, ashwagandha-extract, sint-janskruid, zinkcitraat,"
        " pyridoxinehydrochloride (vitamine B6)"
    ),
    "ingredients_en": (
        "magnesium citrate, potassium citrate, calcium carbonate, ashwagandha extract, St John's wort, zinc citrate,"
        " pyridoxine hydrochloride (vitamin B6)"
    ),
    "vegan": "true",
    "price_cents": "1,95",
}
DECLARED = {"potassium": "200", "calcium": "100", "ashwagandha": "150", "st_johns_wort": "300", "zinc": "5"}


def declared(**amounts: str) -> dict[str, Any]:
    """The lines of other actives in milligrams, all of them stated."""
    lines: dict[str, Any] = {"other_actives_stated": "y"}
    for place, (substance, amount) in enumerate(amounts.items()):
        lines |= {f"other_actives-{place}-what": substance, f"other_actives-{place}-amount": amount}
        lines[f"other_actives-{place}-unit"] = "mg"
    return lines


def test_a_blend_with_medicinal_plants_is_refused_or_made_lawful_and_never_suggested(
    admin_client: AdminClient, own_app: Flask
) -> None:
    client = admin_client("publisher")
    product_id = add(client, **BLEND)
    text = main_text(publish(client, product_id))
    for name in ("Kalium", "Calcium", "Ashwagandha", "Sint-janskruid", "Zink", "Vitamine B6"):
        assert f"{name} is niet opgegeven, maar de ingrediënten noemen" in text
    page = f"/admin/products/{product_id}"
    assert press(client, page, "save", **declared(**DECLARED, vitamin_b6="25")).status_code == 303
    refused = publish(client, product_id, version=2)
    assert refused.status_code == 422
    assert "Vitamine B6: 25 mg per dagportie is meer dan 12 mg" in main_text(refused)
    assert press(client, page, "save", **declared(**DECLARED, vitamin_b6="1.4")).status_code == 303
    assert publish(client, product_id, version=3).status_code == 303
    pregnant = {"sex": "female", "conditions": ["pregnant"], "medicines": ["potassium_sparing_diuretic"]}
    for answers in (pregnant, {"conditions": ["pregnant"]}, {"medicines": ["potassium_sparing_diuretic"]}, {}):
        advice = client.post(ADVICE, json=HEALTHY | {"budget": "high"} | answers)
        assert advice.status_code == 200
        assert "PROEF-1" not in advice.text, answers
    plain = declared(zinc="5", vitamin_b6="1.4") | {
        "ingredients_nl": "magnesiumcitraat, zinkcitraat, vitamine B6",
        "ingredients_en": "magnesium citrate, zinc citrate, vitamin B6",
        **{f"other_actives-{place}-{part}": "" for place in range(2, 6) for part in ("what", "amount")},
    }
    assert press(client, page, "save", **plain).status_code == 303
    suggested = [
        "PROEF-1" in client.post(ADVICE, json=HEALTHY | {"budget": "low"} | answers).text for answers in ({}, pregnant)
    ]
    assert suggested == [True, False], "without the plants healthy adults may have it"
