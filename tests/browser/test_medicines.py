"""A medicine is found by name with the keyboard, while typing and without JavaScript; typing sends nothing."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_public_pages import RULES, violations
from tests.browser.test_walk import begin, choose, fits

pytestmark = pytest.mark.browser


def open_medicines(page: Page, address: str) -> None:
    begin(page, address)
    choose(page, warning_signs="none")
    choose(page, conditions="none")
    expect(page).to_have_url(re.compile("/medicijnen$"))


def test_a_medicine_is_found_by_its_button_and_ticked(page: Page, address: str) -> None:
    open_medicines(page, address)
    page.get_by_label("Gabapentine").check()
    page.get_by_label("Zoek je medicijn op naam").fill("Lanoxi")
    page.locator("button[name=find_medicine]").click()
    expect(page).to_have_url(re.compile("/medicijnen#medicine-search$"))
    expect(page.locator(".medicine-result")).to_contain_text("digoxine (Lanoxin)")
    expect(page.get_by_label("Gabapentine")).to_be_checked()
    fits(page)
    page.locator("button[name=take_medicine]").first.click()
    expect(page.get_by_label("Hartmedicijn")).to_be_checked()
    expect(page.get_by_label("Gabapentine")).to_be_checked()
    choose(page)
    expect(page.get_by_role("heading", name="Digoxine")).to_be_visible()


def test_enter_goes_on_and_a_name_not_yet_searched_is_searched(page: Page, address: str) -> None:
    open_medicines(page, address)
    page.get_by_label("Gabapentine").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Zoek je medicijn op naam").fill("Thyrax")
    page.get_by_label("Zoek je medicijn op naam").press("Enter")
    expect(page.locator(".medicine-result")).to_contain_text("levothyroxine")


@pytest.mark.parametrize("page", [(360, True), (1280, True)], indirect=True)
def test_while_typing_names_are_listed_and_nothing_is_sent(page: Page, address: str) -> None:
    open_medicines(page, address)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    field = page.get_by_label("Zoek je medicijn op naam")
    with page.expect_response(re.compile(r"medicijnen\.json$")):
        field.focus()
    field.press_sequentially("mestin")
    result = page.locator(".medicine-result")
    expect(result).to_contain_text("Telt ook als: “Spierziekte")
    field.fill("burinex")
    expect(result).to_contain_text("Welke bedoel je?")
    expect(result.get_by_role("button", name="Burinex A")).to_be_visible()
    assert violations(page, RULES) == []
    fits(page)
    field.fill("zzzz")
    expect(result).to_contain_text("Geen naam begint zo")
    assert [url for url in sent if "/static/" not in url and not url.endswith("medicijnen.json")] == []
    field.fill("mestinon")
    result.locator("button[name=take_medicine]").press("Enter")
    expect(page.get_by_label("Een ander medicijn")).to_be_checked()
    expect(page.get_by_label("Zoek je medicijn op naam")).to_have_value("")
    choose(page)
    expect(page.get_by_role("heading", name="Spierziekte")).to_be_visible()


@pytest.mark.parametrize("page", [(360, True)], indirect=True)
def test_another_name_never_keeps_the_card_of_the_one_before(page: Page, address: str) -> None:
    open_medicines(page, address)
    field, result = page.get_by_label("Zoek je medicijn op naam"), page.locator(".medicine-result")
    field.fill("ciprofloxacine")
    page.get_by_role("button", name="Zoeken", exact=True).click()
    expect(result).to_contain_text("Kijk goed")
    page.get_by_label("Zoek je medicijn op naam").fill("burinex")
    expect(result).to_contain_text("Welke bedoel je?")
    expect(result).not_to_contain_text("ciprofloxacine")
