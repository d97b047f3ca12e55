"""The walk of a visitor: guide → link → listing → product, and questionnaire → advice → product."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def fits(page: Page) -> None:
    """No page scrolls sideways."""
    page.wait_for_load_state()
    assert page.viewport_size
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_from_the_article_to_a_product(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    expect(page).to_have_url(re.compile("/nl/$"))
    page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name="Gids").click()
    expect(page).to_have_url(re.compile("/nl/gids/"))
    fits(page)
    page.get_by_role("link", name="Bekijk onze beste magnesiumsupplementen").click()
    expect(page).to_have_url(re.compile("/nl/beste-magnesium-supplementen$"))
    fits(page)

    filters = page.locator("summary", has_text="Filteren en sorteren")
    if filters.is_visible():  # on a phone they are folded, so that products come first
        filters.click()
        page.locator("summary", has_text="Vorm van magnesium").click()
    page.get_by_role("checkbox", name=re.compile("^tauraat")).check()
    page.get_by_label("Sorteer").select_option("price_per_100mg")
    page.get_by_role("button", name="Toon").click()
    expect(page).to_have_url(re.compile(r"sort=price_per_100mg&form=taurate$"))
    expect(page.locator(".card").first).to_contain_text("tauraat")
    fits(page)

    page.locator(".card h2 a").first.click()
    expect(page).to_have_url(re.compile("/nl/product/"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("De aanbevolen dagelijkse portie niet overschrijden.")).to_be_visible()
    fits(page)
    page.go_back()
    expect(page.locator("input[value=taurate]")).to_be_checked()
    page.locator(".applied a", has_text="tauraat").click()
    expect(page.locator("input[value=taurate]")).not_to_be_checked()
    expect(page).to_have_url(re.compile(r"supplementen\?sort=price_per_100mg$"))


def choose(page: Page, **answers: str) -> None:
    """Tick one answer of each question, then go on."""
    for question, value in answers.items():
        page.locator(f"input[name={question}][value='{value}']").check()
    page.locator("#questions .actions button:not([name=check])").last.click()


def begin(page: Page, address: str, health: str = "unsure") -> None:
    """Answer the first page of the finder."""
    page.goto(f"{address}/nl/keuzehulp")
    choose(page, age_group="18_64", health=health)


def test_a_healthy_adult_comes_to_an_advised_product_in_eight_taps(page: Page, address: str) -> None:
    page.goto(f"{address}/nl/keuzehulp")
    fits(page)
    page.get_by_role("button", name="Akkoord en verder").click()
    expect(page.get_by_role("alert")).to_be_focused()
    fits(page)
    taps = [
        page.get_by_label("18 tot en met 64 jaar"),
        page.locator("#health").get_by_label("Nee, niets hiervan"),
        page.get_by_role("button", name="Akkoord en verder"),
        page.locator("#supplement").get_by_label("Nee", exact=True),
        page.get_by_label("Als aanvulling op mijn voeding"),
        page.locator("#gut").get_by_label("Nee, niets hiervan"),
        page.get_by_role("button", name="Doorgaan"),
        page.get_by_role("button", name="Toon mijn advies"),
    ]
    for tap in taps:
        tap.click()
        page.wait_for_load_state()
        fits(page)
    expect(page).to_have_url(re.compile("/nl/keuzehulp/advies$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Citraat past bij jouw antwoorden")
    page.get_by_role("link", name="Bekijk dit product").click()
    expect(page).to_have_url(re.compile("/nl/product/"))


def test_one_answer_is_changed_and_all_are_erased_after_a_question(page: Page, address: str) -> None:
    begin(page, address, health="none")
    expect(page.locator("#stomach")).to_be_hidden()
    choose(page, supplement="none", goal="sport", gut="some", stomach="mild", bowel="normal")
    page.get_by_role("button", name="Terug").click()
    expect(page.get_by_label("Een beetje gevoelig")).to_be_checked()
    choose(page)  # the wishes were kept as they stood
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bisglycinaat")
    page.get_by_role("link", name="Wijzig", exact=True).click()
    page.get_by_role("link", name=re.compile("^Wijzig ?: Hoe gevoelig")).click()
    choose(page, stomach="none", bowel="normal")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Citraat")
    page.get_by_role("link", name=re.compile("^Opnieuw beginnen")).click()
    page.get_by_role("button", name="Wis en begin opnieuw").click()
    expect(page).to_have_url(re.compile("/nl/keuzehulp$"))
    expect(page.locator("input:checked")).to_have_count(0)


def test_half_filled_answers_go_along_to_the_other_language(page: Page, address: str) -> None:
    begin(page, address)
    page.locator("input[value=low_mood]").check()
    page.locator("button[name=translate]").click()
    expect(page).to_have_url(re.compile("/en/finder/signs$"))
    expect(page.locator("input[value=low_mood]")).to_be_checked()


def test_a_stop_shows_no_product_and_follows_the_visitor_into_the_shop(page: Page, address: str) -> None:
    begin(page, address)
    choose(page, warning_signs="none")
    choose(page, conditions="kidney_disease")
    expect(page).to_have_url(re.compile("/nl/keuzehulp/advies$"))
    expect(page.locator(".note-stop").first).to_be_visible()
    expect(page.locator("a[href*='/nl/product/']")).to_have_count(0)
    fits(page)
    page.goto(f"{address}/nl/beste-magnesium-supplementen")
    expect(page.locator(".note-stop").first).to_be_visible()
    expect(page.locator(".card").first).to_be_hidden()
    fits(page)
    page.get_by_text("Toch bekijken").click()
    expect(page.locator(".card").first).to_be_visible()
