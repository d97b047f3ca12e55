"""The additions of the shop's script, and the same pages at work without it."""

import json
import re
from pathlib import Path

import brotli
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_public_pages import RULES, violations
from tests.browser.test_walk import begin, choose

pytestmark = pytest.mark.browser

SCRIPT = Path(__file__).parent.parent.parent / "shop" / "static" / "shop.js"
with_script = pytest.mark.parametrize("page", [(360, True)], indirect=True)
without_script = pytest.mark.parametrize("page", [(360, False)], indirect=True)


def advise_healthy_adult(page: Page, address: str) -> None:
    """Answer the finder as somebody for whom nothing calls for care."""
    begin(page, address, health="none")
    page.locator("#supplement").get_by_label("Nee", exact=True).check()
    page.get_by_label("Als aanvulling op mijn voeding").check()
    page.locator("#gut").get_by_label("Nee, niets hiervan").check()
    choose(page)
    choose(page)


def test_the_script_is_small() -> None:
    assert len(brotli.compress(SCRIPT.read_bytes())) <= 6_000


@with_script
def test_a_search_typed_before_the_script_has_come_keeps_the_focus_and_gets_suggestions(
    page: Page, address: str
) -> None:
    held: list[Route] = []
    page.route("**/shop.js", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks the handler
    page.goto(f"{address}/nl/beste-magnesium-supplementen", wait_until="commit")
    field = page.locator(".listing #q")
    field.press_sequentially("poe")
    held[0].continue_()
    expect(page.locator("#q-words [role=option]").first).to_have_text("poeder")
    expect(field).to_be_focused()
    field.press_sequentially("d")
    expect(field).to_have_value("poed")


@with_script
def test_none_of_these_unticks_the_rest_and_back(page: Page, address: str) -> None:
    begin(page, address)
    boxes = page.locator('#warning_signs input[type="checkbox"]')
    none = page.locator('#warning_signs input[value="none"]')
    sign = page.locator('#warning_signs input:not([value="none"])').first
    sign.check()
    none.check()
    assert [box.is_checked() for box in boxes.all()].count(True) == 1
    expect(none).to_be_checked()
    sign.check()
    expect(none).not_to_be_checked()


@without_script
def test_without_the_script_the_server_says_what_contradicts_itself(page: Page, address: str) -> None:
    begin(page, address)
    page.locator('#warning_signs input[value="none"]').check()
    page.locator('#warning_signs input:not([value="none"])').first.check()
    page.get_by_role("button", name="Doorgaan", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("geen van deze")


@with_script
def test_the_search_of_the_header_takes_the_focus_and_suggests_words_of_the_catalogue(page: Page, address: str) -> None:
    page.goto(f"{address}/nl/")
    page.locator(".site-search summary").click()
    field = page.locator("#site-q")
    expect(field).to_be_focused()
    field.press_sequentially("vegan cit")
    suggested = page.get_by_role("option")
    expect(suggested.first).to_have_text("vegan citraat")
    assert 1 <= suggested.count() <= 8
    expect(field).to_have_attribute("aria-expanded", "true")
    assert violations(page, RULES) == []
    field.press("ArrowUp")
    expect(suggested.last).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "site-q-words-0")
    field.press("Escape")
    expect(suggested).to_have_count(0)
    expect(field).to_have_value("vegan cit")
    field.press("Backspace")
    expect(suggested.first).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"q=vegan\+ci"))
    expect(page.locator(".listing #q")).to_have_value(re.compile("vegan ci.{3,}"))
    page.locator(".listing #q").clear()
    page.locator(".listing #q").press_sequentially("poe")
    page.locator("#q-words [role=option]").first.click()  # by role alone it may be one of the sort orders
    expect(page).to_have_url(re.compile("q=poeder"))


@without_script
def test_without_the_script_the_header_searches_too(page: Page, address: str) -> None:
    page.goto(f"{address}/nl/")
    page.locator(".site-search summary").click()
    page.locator("#site-q").fill("citraat")
    page.locator("#site-q").press("Enter")
    expect(page).to_have_url(re.compile("q=citraat"))


@with_script
def test_the_filter_button_counts_before_it_is_pressed(page: Page, address: str) -> None:
    page.goto(f"{address}/nl/beste-magnesium-supplementen")
    page.locator("details.facets > summary").click()
    page.locator("details.facet > summary").first.click()
    send = page.locator("form.filters .show button")
    with page.expect_response(re.compile("/api/v1/products")) as answered:
        page.locator('form.filters input[name="form"]:visible').first.check()
    total = json.loads(answered.value.text())["total"]
    expect(send).to_have_text(f"Toon {total} producten" if total != 1 else "Toon 1 product")
    send.click()
    expect(page.locator(".total strong")).to_have_text(f"{total} producten" if total != 1 else "1 product")


@with_script
def test_ticks_go_along_to_the_next_page_and_into_the_comparison(page: Page, address: str) -> None:
    page.goto(f"{address}/nl/beste-magnesium-supplementen")
    first = page.locator('input[name="p"][form="filters"]').first
    first.check()
    chosen = first.get_attribute("value")
    page.get_by_role("button", name="Volgende").click()
    expect(page).to_have_url(re.compile("page=2"))
    second = page.locator('input[name="p"][form="filters"]').first
    second.check()
    other = second.get_attribute("value")
    page.get_by_role("button", name="Vergelijk (2)").click()
    expect(page).to_have_url(re.compile(f"p={chosen}.*p={other}|p={other}.*p={chosen}"))
    page.get_by_role("link", name=re.compile("^Verwijder|^Weghalen")).first.click()
    page.goto(f"{address}/nl/beste-magnesium-supplementen")
    expect(page.get_by_role("button", name="Vergelijk (1)")).to_be_visible()


@without_script
def test_without_the_script_ticks_of_one_page_are_compared(page: Page, address: str) -> None:
    page.goto(f"{address}/nl/beste-magnesium-supplementen")
    for box in page.locator('input[name="p"][form="filters"]').all()[:2]:
        box.check()
    page.locator(".compare-bar button").click()
    expect(page).to_have_url(re.compile("p=.*p="))


@pytest.mark.parametrize("page", [(1280, True)], indirect=True)
def test_beside_the_list_a_tick_shows_its_products_without_a_reload(page: Page, address: str) -> None:
    page.goto(f"{address}/nl/beste-magnesium-supplementen")
    page.evaluate("window.stays = true")
    box = page.locator('input[name="p"][form="filters"]').first
    box.check()
    total = page.locator(".total[role=status] strong")
    before = total.inner_text()
    page.locator('input[name="form"][value="citrate"]').check()
    expect(page).to_have_url(re.compile("form=citrate"))
    expect(total).not_to_have_text(before)
    expect(page.locator('input[name="form"][value="citrate"]')).to_be_focused()
    expect(page.locator(".applied")).to_contain_text("citraat")
    expect(page.locator(".compare-bar button")).to_have_text("Vergelijk (1)")
    page.get_by_label("Sorteer").select_option("price_per_day")
    expect(page).to_have_url(re.compile("sort=price_per_day"))
    expect(page.get_by_label("Sorteer")).to_be_focused()
    assert page.evaluate("window.stays")
    page.go_back()
    expect(page).to_have_url(re.compile("form=citrate"))
    expect(page.locator('input[name="form"][value="citrate"]')).to_be_checked()
    page.go_back()
    expect(total).to_have_text(before)


@with_script
def test_an_advice_is_copied_with_one_press_and_its_summary_printed(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    advise_healthy_adult(page, address)
    page.goto(f"{address}/nl/keuzehulp/bewaren")
    page.get_by_role("button", name="Kopieer").first.click()
    expect(page.get_by_role("status").filter(has_text="Gekopieerd")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".copy").first.input_value()
    page.goto(f"{address}/nl/keuzehulp/samenvatting")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Print deze pagina").click()
    expect(page).to_have_title("printed")


@without_script
def test_without_the_script_no_button_is_shown_that_needs_it(page: Page, address: str) -> None:
    advise_healthy_adult(page, address)
    page.goto(f"{address}/nl/keuzehulp/bewaren")
    assert page.get_by_role("button").count() == 0
