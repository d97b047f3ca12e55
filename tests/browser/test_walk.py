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

    filters = page.locator("summary", has_text="Filters en volgorde")
    if filters.is_visible():  # on a phone they are folded, so that products come first
        filters.click()
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


def fill_wishes(page: Page) -> None:
    page.get_by_label("Een beetje gevoelig").check()
    page.get_by_label(re.compile("^Meer: de prijs")).check()
    page.get_by_role("group", name=re.compile("opneemt")).get_by_label("Gewoon").check()
    page.get_by_label(re.compile("^Ik ga akkoord|^Ik vind het goed|^Ik stem")).check()
    page.locator("main form button[type=submit]").first.click()


def fill_safety(page: Page, condition: str) -> None:
    page.get_by_label("18 tot en met 64 jaar").check()
    page.locator("#conditions").get_by_label(condition).check()
    page.locator("#medicines").get_by_label("Geen van deze").check()
    page.locator("#warning_signs").get_by_label("Geen van deze").check()
    page.locator("#bowel").get_by_label("Gewoon").check()
    page.get_by_label("Hoeveel mg magnesium neem je al per dag?").fill("0")
    page.locator("#goal").get_by_label("Als aanvulling op mijn voeding").check()
    page.get_by_role("button", name="Toon mijn advies").click()


def test_from_the_questionnaire_to_an_advised_product(page: Page, address: str) -> None:
    page.goto(f"{address}/nl/keuzehulp")
    fits(page)
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    fits(page)
    fill_wishes(page)
    expect(page).to_have_url(re.compile("/veiligheid$"))
    fits(page)
    page.get_by_role("button", name="Terug").click()
    expect(page.get_by_label("Een beetje gevoelig")).to_be_checked()
    page.locator("main form button[type=submit]").first.click()

    fill_safety(page, "Geen van deze")
    expect(page).to_have_url(re.compile("/nl/keuzehulp/advies$"))
    expect(page.locator("ol.forms > li").first).to_contain_text("bisglycinaat", ignore_case=True)
    fits(page)
    page.locator(".matches a").first.click()
    expect(page).to_have_url(re.compile("/nl/product/"))
    page.go_back()
    page.get_by_role("button", name=re.compile("^Opnieuw beginnen")).click()
    expect(page.get_by_label("Een beetje gevoelig")).not_to_be_checked()


def test_a_stop_shows_no_product_and_follows_the_visitor_into_the_shop(page: Page, address: str) -> None:
    page.goto(f"{address}/nl/keuzehulp")
    fill_wishes(page)
    fill_safety(page, "Nierziekte of nieren die minder goed werken")
    expect(page.locator(".note-stop").first).to_be_visible()
    expect(page.locator("a[href*='/nl/product/']")).to_have_count(0)
    fits(page)
    page.goto(f"{address}/nl/beste-magnesium-supplementen")
    expect(page.locator(".note-stop").first).to_be_visible()
    fits(page)
