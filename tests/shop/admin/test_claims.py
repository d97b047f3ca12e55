"""The register of claims in the admin."""

from flask import Flask
from sqlalchemy.orm import Session

from catalog.models import Role
from catalog.other_actives import read_other_actives
from recommend.text import LANGUAGES
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import make_product
from tests.shop.web.test_page_contract import check_page


def words_of(page: str) -> str:
    return " ".join(page.replace("\N{NO-BREAK SPACE}", " ").split())


def test_who_works_on_products_searches_the_register_and_finds_it_in_the_menu(admin_client: AdminClient) -> None:
    for role in (Role.PACKER, Role.BOOKKEEPER):
        assert admin_client(role.value).get("/admin/claims").status_code == 403
    for role in (Role.EDITOR, Role.PUBLISHER, Role.OWNER):
        page = words_of(admin_client(role.value).get("/admin/claims?q=vitamine+B6&lang=nl").text)
        assert 'href="/admin/claims' in page
        for words in (
            "Vitamine B6 draagt bij tot de vermindering van vermoeidheid en moeheid †",
            '<p class="small" lang="en">Vitamin B6 contributes to the reduction of tiredness and fatigue</p>',
            "minstens 0,21 mg per dagportie",
            "mentale prestaties, concentratie †",
        ):
            assert words in page, (role, words)


def test_an_unknown_substance_gets_near_names_and_no_search_gets_them_all(admin_client: AdminClient) -> None:
    client = admin_client("editor")
    unknown = words_of(client.get("/admin/claims?q=asjwagandha&lang=nl").text)
    assert "Het register heeft geen stof “asjwagandha”." in unknown
    assert ">Ashwagandha</a>" in unknown.partition("Bedoel")[2]
    everything = client.get("/admin/claims?lang=nl").text
    assert "Zonder bruikbare claim" in everything
    assert "Melatonine" in everything
    assert client.get("/admin/claims?q=" + "x" * 5000).status_code == 200
    assert client.get("/admin/claims?q=%00%27%3Cb%3E").status_code == 200


def test_a_products_own_amounts_say_what_it_may_claim(own_app: Flask, admin_client: AdminClient) -> None:
    with Session(services_of(own_app).databases.primary) as session:
        actives = read_other_actives("vitamin_b6 0.7 mg; zinc 0.5 mg; omega 3 200 mg; ashwagandha 300 mg")
        product = make_product(
            session,
            other_actives=actives,
            ingredients_nl="magnesiumcitraat, vitamine B6, zinkcitraat, visolie, ashwagandha",
            ingredients_en="magnesium citrate, vitamin B6, zinc citrate, fish oil, ashwagandha",
            allergens_stated=False,
            vegan=None,
            status="draft",
        )
        session.commit()
        product_id = product.id
    client = admin_client("editor")
    assert f'href="/admin/products/{product_id}/claims' in client.get(f"/admin/products/{product_id}").text
    page = words_of(client.get(f"/admin/products/{product_id}/claims?lang=en").text)
    b6, zinc = page.partition('id="substance-vitamin_b6"')[2], page.partition('id="substance-zinc"')[2]
    assert "1.4 mg per daily portion" in b6.partition("<h3>")[0]
    assert b6.partition("claim-answer")[2].startswith('">allowed with this product')
    assert "1 mg per daily portion" in zinc.partition("<h3>")[0]
    assert zinc.partition("claim-answer")[2].startswith('">not allowed: this product contains too little')
    assert "compare the condition with this product" in page.partition('id="substance-dha"')[2]
    ashwagandha = page.partition('id="substance-ashwagandha"')[2]
    assert "No authorised health claim can be used" in ashwagandha
    assert client.get("/admin/products/999999/claims").status_code == 404
    for language in LANGUAGES:
        for address in (
            f"/admin/products/{product_id}/claims",
            "/admin/claims",
            "/admin/claims?q=b12",
            "/admin/claims?q=?",
        ):
            separator = "&" if "?" in address else "?"
            check_page(client.get(f"{address}{separator}lang={language}"), language)
