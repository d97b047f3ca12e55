"""Ten tasks of a newcomer on a phone, each with its actions counted (a tap, a filled field) and held to five.

Those that are the whole finder are counted in `test_measures`; run with `-s` to see the numbers.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_measures import HEALTHY, START, phone, walk

__all__ = ["phone"]
pytestmark = pytest.mark.browser
MOST = 5


class Visit:
    """A newcomer on the home page, whose actions are counted."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address, self.actions = page, address, 0
        page.goto(f"{address}/nl/")

    def tap(self, what: Locator) -> None:
        what.click()
        self.page.wait_for_load_state()
        self.actions += 1

    def fill(self, what: Locator, text: str) -> None:
        what.fill(text)
        self.actions += 1

    def search(self, text: str) -> None:
        self.tap(self.page.locator(".site-search summary"))
        self.fill(self.page.locator("#site-q"), text)
        self.tap(self.page.locator(".site-search button"))


def texts(page: Page) -> list[str]:
    return [card.inner_text().lower() for card in page.locator("li.card").all()]


def vegan_bisglycinate_for_little(visit: Visit) -> None:
    visit.search("veganistisch bisglycinaat onder 0,30 per dag op voorraad")
    cards = texts(visit.page)
    assert len(cards) >= 3
    assert all("glycinaat" in card and "uitverkocht" not in card for card in cards)
    for amount in re.findall(r"(\d+) ct per dag|€ 0,(\d\d) per dag", " ".join(cards).replace("\xa0", " ")):
        assert int("".join(amount)) <= 30


def cheapest_citrate_powder(visit: Visit) -> None:
    visit.search("goedkoopste citraat poeder zonder zoetstof")
    cards = texts(visit.page)
    assert "poeder" in cards[0]
    assert "citraat" in cards[0]


def three_hundred_milligrams(visit: Visit) -> None:
    visit.search("300 mg per dag")
    expect(visit.page.locator("main")).to_contain_text("250")


def compare_two(visit: Visit) -> None:
    visit.tap(visit.page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name="Producten"))
    for place in (0, 1):
        visit.tap(visit.page.locator('input[name="p"][form="filters"]').nth(place))
    visit.tap(visit.page.locator(".compare-bar button"))
    expect(visit.page.locator("table.comparison")).to_be_visible()


def share_the_advice(visit: Visit) -> None:
    walk(visit.page, visit.address + START["nl"], HEALTHY)
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.tap(visit.page.get_by_role("link", name="Bewaar of deel"))
    visit.tap(visit.page.get_by_role("button", name="Kopieer").first)
    expect(visit.page.get_by_role("status").filter(has_text="Gekopieerd")).to_be_visible()


def misspelt_brand(visit: Visit) -> None:
    visit.search("hazelven")
    assert all("hazelveen" in card for card in texts(visit.page))


def change_one_answer(visit: Visit) -> None:
    walk(visit.page, visit.address + START["nl"], HEALTHY)
    visit.tap(visit.page.get_by_role("link", name="Wijzig", exact=True))
    visit.tap(visit.page.get_by_role("link", name=re.compile("^Wijzig ?: Wat wil je per dag")))
    visit.tap(visit.page.locator("input[name=budget][value=low]"))
    visit.tap(visit.page.get_by_role("button", name="Toon mijn advies"))
    expect(visit.page).to_have_url(re.compile("/advies(#budget)?$"))


def meaning_of_a_form(visit: Visit) -> None:
    visit.tap(visit.page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name="Vormen"))
    visit.tap(visit.page.locator("main").get_by_role("link", name=re.compile("bisglycinaat", re.IGNORECASE)).first)
    expect(visit.page.locator("main")).to_contain_text("glycine")


def into_the_basket_and_back(visit: Visit) -> None:
    visit.tap(visit.page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name="Producten"))
    visit.tap(visit.page.locator("button.to-basket").nth(2))
    expect(visit.page.locator(".basket-notice")).to_contain_text("In je winkelmand")
    expect(visit.page).to_have_url(re.compile("beste-magnesium-supplementen"))


TASKS: tuple[Callable[[Visit], Any], ...] = (
    vegan_bisglycinate_for_little,
    cheapest_citrate_powder,
    three_hundred_milligrams,
    compare_two,
    share_the_advice,
    misspelt_brand,
    change_one_answer,
    meaning_of_a_form,
    into_the_basket_and_back,
)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__.replace("_", " "))
def test_a_newcomer_needs_at_most_five_actions(task: Callable[[Visit], Any], phone: Page, address: str) -> None:
    visit = Visit(phone, address)
    task(visit)
    print(f"\n{task.__name__.replace('_', ' ')}: {visit.actions} actions")  # noqa: T201 - the table
    assert visit.actions <= MOST
