"""Adding leads back to where the product was found, and each change is said once and can be undone."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.shop.ordering.test_basket import BASKET, CITRATE, LISTING, OTHER, add, count, id_of, text

FILTERED = f"{LISTING}?form=citrate&vegan=true&sort=price&page=1"
ADDED = "In je winkelmand:"


def from_page(address: str) -> dict[str, str]:
    return {"Referer": f"http://localhost{address}"}


def follow(client: FlaskClient, sent: TestResponse) -> TestResponse:
    assert sent.status_code == 303
    return client.get(sent.location)


@pytest.mark.parametrize(
    "page",
    [
        FILTERED,
        f"/nl/product/{CITRATE}",
        f"/nl/vergelijk?p={CITRATE}&p={OTHER}",
        "/nl/beste-magnesium-supplementen?q=x",
    ],
)
def test_who_adds_a_product_goes_on_where_it_was_found_and_reads_that_it_was_added(
    page: str, app: Flask, client: FlaskClient
) -> None:
    product = id_of(app)
    sent = client.post(BASKET["nl"], data={"add": str(product)}, headers=from_page(page))
    assert sent.location.partition("#")[0] == page
    shown = follow(client, sent)
    assert ADDED in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert ADDED not in client.get(page).text
    assert count(client.get(page)) == 1


def test_the_way_back_to_the_listing_ends_at_the_card(app: Flask, client: FlaskClient) -> None:
    page = client.get(FILTERED)
    found = re.search(r'id="p(\d+)"', page.text)
    assert found
    sent = client.post(BASKET["nl"], data={"add": found[1]}, headers=from_page(FILTERED))
    assert sent.location == f"{FILTERED}#p{found[1]}"


@pytest.mark.parametrize(
    "referrer",
    [
        "https://elsewhere.example/nl/beste-magnesium-supplementen",
        "http://localhost.elsewhere.example/nl/",
        "http://localhost//elsewhere.example/nl/",
        "http://localhost/\\elsewhere.example",
        "http://localhost/admin/",
        "http://localhost/nl/keuzehulp/opnieuw",
        "http://localhost/nl/beste-magnesium-supplementen?" + "q=x&" * 400,
        "http://[",
        "",
    ],
)
def test_no_other_page_is_returned_to(referrer: str, app: Flask, client: FlaskClient) -> None:
    sent = client.post(BASKET["nl"], data={"add": str(id_of(app))}, headers={"Referer": referrer})
    assert sent.location == BASKET["nl"]


@pytest.mark.parametrize(
    "back",
    ["https://elsewhere.example/", "//elsewhere.example/nl/", "/\\elsewhere.example", "javascript:alert(1)", "/x"],
)
def test_a_forged_way_back_leads_nowhere_else(back: str, app: Flask, client: FlaskClient) -> None:
    add(client, id_of(app))
    page = client.get(BASKET["nl"], query_string={"back": back})
    assert "elsewhere" not in page.text.partition("<main")[2]
    assert "alert(1)" not in page.text.partition("<main")[2]
    sent = client.post(BASKET["nl"], data={"add": str(id_of(app)), "back": back})
    assert sent.location == BASKET["nl"]


def test_the_basket_leads_back_to_the_listing_with_its_filters_also_after_a_change(
    app: Flask, client: FlaskClient
) -> None:
    product = id_of(app)
    add(client, product)
    page = client.get(BASKET["nl"], headers=from_page(FILTERED))
    way = FILTERED.replace("&", "&amp;")
    assert f'href="{way}"' in page.text
    sent = client.post(BASKET["nl"], data={"more": str(product), "back": FILTERED})
    changed = follow(client, sent)
    assert f'href="{way}"' in changed.text
    assert count(changed) == 2


def test_one_pack_more_and_one_less_are_counted_from_what_is_typed(app: Flask, client: FlaskClient) -> None:
    first, second = id_of(app), id_of(app, OTHER)
    add(client, first, second)
    typed = {f"quantity-{first}": "4", f"quantity-{second}": "2"}
    assert count(follow(client, client.post(BASKET["nl"], data=typed | {"more": str(first)}))) == 7
    typed = {f"quantity-{first}": "5", f"quantity-{second}": "1"}
    assert count(follow(client, client.post(BASKET["nl"], data=typed | {"less": str(first)}))) == 5


@pytest.mark.parametrize("way", ["remove", "less", "typed"])
def test_what_was_taken_out_is_said_and_put_back_with_all_its_packs(way: str, app: Flask, client: FlaskClient) -> None:
    product = id_of(app)
    packs = "1" if way == "less" else "3"
    add(client, product)
    client.post(BASKET["nl"], data={f"quantity-{product}": packs})
    data = {f"quantity-{product}": "0"} if way == "typed" else {way: str(product)}
    page = follow(client, client.post(BASKET["nl"], data=data))
    assert "Verwijderd:" in text(page)
    assert "Je winkelmand is leeg" in page.text
    undo = re.search(r'name="put_back" value="([0-9.]+)"', page.text)
    assert undo
    assert count(follow(client, client.post(BASKET["nl"], data={"put_back": undo[1]}))) == int(packs)


@pytest.mark.parametrize("value", ["", "1", "1.0", "1.100", "x.1", "999999999.1", "1.1.1"])
def test_nothing_is_put_back_that_was_never_for_sale(value: str, app: Flask, client: FlaskClient) -> None:
    add(client, id_of(app))
    client.post(BASKET["nl"], data={"put_back": value})
    assert count(client.get(BASKET["nl"])) == 1


@pytest.mark.parametrize("cookie", ["", "added", "added.0.1", "removed.999999999.1", "added.1.1.1", "x" * 4000])
def test_a_notice_that_is_no_notice_is_not_shown(cookie: str, client: FlaskClient) -> None:
    client.set_cookie("basket_notice", cookie)
    page = client.get(LISTING)
    assert page.status_code == 200
    assert 'class="basket-notice' not in page.text


def test_enter_in_a_quantity_updates_the_basket_and_removes_nothing(app: Flask, client: FlaskClient) -> None:
    add(client, id_of(app))
    form = client.get(BASKET["nl"]).text.partition('class="basket-lines"')[2]
    first = re.search(r'<button type="submit"[^>]*name="(\w+)"', form)
    assert first
    assert first[1] == "update"
