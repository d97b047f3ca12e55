"""Heights of cards, product pages and comparisons on a phone, printed and held to their limits (run with `-s`)."""

import pytest
from playwright.sync_api import Page

from tests.browser.test_measures import PHONE, phone, screens
from tests.browser.test_walk import fits

__all__ = ["phone"]
pytestmark = pytest.mark.browser

LISTING = {"nl": "/nl/beste-magnesium-supplementen", "en": "/en/best-magnesium-supplements"}
PRODUCT = {"nl": "/nl/product/", "en": "/en/product/"}
COMPARE = {"nl": "/nl/vergelijk", "en": "/en/compare"}
SLUGS = ("hazelveen-magnesiumoxide-100-tabletten", "oeverzand-magnesiumcitraat-162-poeder")
CARD = 200
TALLEST_CARD = 235
"""Of a blend as powder, with a name of four lines."""


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_phone_shows_a_whole_card_at_once_and_three_cards_a_screen(language: str, phone: Page, address: str) -> None:
    phone.goto(address + LISTING[language])
    cards = phone.locator("li.card").all()
    boxes = [box for card in cards if (box := card.bounding_box())]
    heights = sorted(box["height"] for box in boxes)
    first = boxes[0]["y"] + boxes[0]["height"]
    pack = phone.locator("li.card .pack").first.bounding_box()
    print(f"\n{language}: first card ends at {first:.0f}, heights {heights[0]:.0f} to {heights[-1]:.0f}")  # noqa: T201
    assert first <= PHONE["height"]
    assert heights[len(heights) // 2] <= CARD
    assert heights[-1] <= TALLEST_CARD
    assert pack
    assert pack["width"] >= 88
    fits(phone)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("slug", SLUGS)
def test_a_product_page_is_at_most_four_and_a_half_screens(slug: str, language: str, phone: Page, address: str) -> None:
    phone.goto(address + PRODUCT[language] + slug)
    print(f"\n{language}, {slug}: {screens(phone):.1f} screens")  # noqa: T201 - the table
    assert screens(phone) <= 4.5
    fits(phone)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_two_products_are_compared_without_sideways_scroll(language: str, phone: Page, address: str) -> None:
    phone.goto(address + COMPARE[language] + "?" + "&".join(f"p={slug}" for slug in SLUGS))
    frame = phone.locator(".compare-frame")
    assert frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth")
    fits(phone)


def test_the_buttons_of_three_and_four_compared_products_stay_in_their_columns(phone: Page, address: str) -> None:
    phone.goto(address + LISTING["nl"])
    links = phone.locator("li.card h2 a").evaluate_all("links => links.map(link => link.pathname.split('/').pop())")
    for number in (3, 4):
        for width in (PHONE["width"], 640):
            phone.set_viewport_size({"width": width, "height": PHONE["height"]})
            phone.goto(address + COMPARE["nl"] + "?" + "&".join(f"p={slug}" for slug in links[:number]))
            assert phone.locator(".aside-hint").is_visible() == (number > 3 or width < 640)
            assert phone.locator("thead th").evaluate_all(
                "heads => heads.every(head => [...head.querySelectorAll('button, a')].every("
                "one => one.getBoundingClientRect().right <= head.getBoundingClientRect().right))"
            )
            assert phone.locator(".compare-frame").get_by_text("Verschillen").count() == 0
            fits(phone)
