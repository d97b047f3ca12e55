"""Heights, words and taps of the advice, printed as a table and held to their limits (run with `-s` to see it)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.browser.test_walk import fits

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 740}
START = {"nl": "/nl/keuzehulp", "en": "/en/finder"}
HEALTHY: dict[str, Any] = {
    "age_group": "18_64",
    "health": "none",
    "warning_signs": "none",
    "conditions": "none",
    "medicines": "none",
    "supplement": "none",
    "goal": "top_up_diet",
    "gut": "none",
    "stomach": "none",
    "bowel": "normal",
}
FOUR_CONDITIONS_AND_FIVE_MEDICINES: dict[str, Any] = HEALTHY | {
    "health": ["conditions", "medicines"],
    "conditions": ["pregnant", "heart_other", "bowel_disease", "bowel_resection"],
    "medicines": ["levothyroxine", "bisphosphonate", "proton_pump_inhibitor", "iron_zinc", "loop_thiazide_diuretic"],
    "gut": "some",
    "stomach": "mild",
    "bowel": "loose",
}


PREGNANT: dict[str, Any] = HEALTHY | {"health": "conditions", "conditions": "pregnant"}
SENSITIVE_WITH_OMEPRAZOLE: dict[str, Any] = HEALTHY | {
    "health": "medicines",
    "medicines": "proton_pump_inhibitor",
    "gut": "some",
    "stomach": "strong",
}


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


def walk(page: Page, address: str, answers: dict[str, Any]) -> int:
    """Answer the finder until its advice; returns the taps that this took."""
    page.goto(address)
    taps = 0
    while not re.search("/(advies|advice)$", page.url):
        for question, given in answers.items():
            for value in given if isinstance(given, list) else [given]:
                box = page.locator(f"input[name={question}][value='{value}']")
                if box.count() and box.is_visible() and not box.is_checked():
                    box.check()
                    taps += 1
        page.locator("#questions .actions button:not([name=check])").last.click()
        taps += 1
        page.wait_for_load_state()
    return taps


def screens(page: Page) -> float:
    height: int = page.evaluate("document.documentElement.scrollHeight")
    return height / PHONE["height"]


def words(page: Page) -> int:
    return len(page.locator("body").inner_text().split())


def report(page: Page, visitor: str, taps: int) -> None:
    print(f"\n{visitor}: {taps} taps, {screens(page):.1f} screens, {words(page)} words")  # noqa: T201 - the table


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_advice_for_a_healthy_adult_is_short_and_its_first_screen_answers(
    language: str, phone: Page, address: str
) -> None:
    taps = walk(phone, address + START[language], HEALTHY)
    report(phone, f"{language}, healthy", taps)
    assert taps <= 8
    assert screens(phone) <= 5
    assert words(phone) <= 500
    fits(phone)
    card = phone.locator(".answer").bounding_box()
    assert card
    assert card["y"] + card["height"] <= PHONE["height"] + 40  # the last row of buttons may be cut, never the product


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_advice_beside_four_conditions_and_five_medicines_stays_within_eight_screens(
    language: str, phone: Page, address: str
) -> None:
    taps = walk(phone, address + START[language], FOUR_CONDITIONS_AND_FIVE_MEDICINES)
    report(phone, f"{language}, four conditions and five medicines", taps)
    assert screens(phone) <= 8
    fits(phone)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("answers", [{"conditions": "kidney_disease"}, {"warning_signs": "overdose_signs"}])
def test_a_stop_says_what_whom_to_call_and_what_to_print_on_one_screen(
    answers: dict[str, str], language: str, phone: Page, address: str
) -> None:
    taps = walk(phone, address + START[language], HEALTHY | {"health": list(answers)} | answers)
    buttons = phone.locator(".stop .actions").bounding_box()
    assert buttons
    assert buttons["y"] + buttons["height"] <= PHONE["height"]
    report(phone, f"{language}, stop, {answers}", taps)
    fits(phone)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    ("visitor", "answers"), [("pregnant", PREGNANT), ("sensitive, omeprazole", SENSITIVE_WITH_OMEPRAZOLE)]
)
def test_the_whole_finder_takes_at_most_twelve_taps(
    visitor: str, answers: dict[str, Any], language: str, phone: Page, address: str
) -> None:
    taps = walk(phone, address + START[language], answers)
    report(phone, f"{language}, {visitor}", taps)
    assert taps <= 12
    fits(phone)


def test_a_medicine_typed_by_its_name_is_ticked_and_left_with_one_tap(phone: Page, address: str) -> None:
    phone.goto(address + START["nl"])
    for box in ("age_group][value='18_64'", "health][value='medicines'"):
        phone.locator(f"input[name={box}]").check()
    phone.get_by_role("button", name="Akkoord en verder").click()
    with phone.expect_response(re.compile(r"medicijnen\.json$")):
        phone.locator("#medicine_name").focus()
    phone.locator("#medicine_name").press_sequentially("losec")
    phone.locator(".medicine-result button[name=take_and_go_on]").first.click()
    phone.wait_for_url("**/keuzehulp/gebruik")


def test_a_medicine_typed_before_the_script_has_come_is_found_by_it(phone: Page, address: str) -> None:
    held: list[Route] = []
    phone.route(re.compile(r"medicines\.js"), lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks the handler
    phone.goto(address + START["nl"])
    for box in ("age_group][value='18_64'", "health][value='medicines'"):
        phone.locator(f"input[name={box}]").check()
    phone.get_by_role("button", name="Akkoord en verder").click()
    phone.locator("#medicine_name").press_sequentially("losec")
    with phone.expect_response(re.compile(r"medicijnen\.json$")):
        held[0].continue_()
    expect(phone.locator(".medicine-result button[name=take_and_go_on]").first).to_be_visible()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_first_page_of_the_finder_is_at_most_three_screens_with_its_footer(
    language: str, phone: Page, address: str
) -> None:
    phone.goto(address + START[language])
    print(f"\n{language}, first page: {screens(phone):.1f} screens")  # noqa: T201 - the table
    assert screens(phone) <= 3
    fits(phone)


@pytest.mark.parametrize(
    "address_of_guide", ["/nl/gids/magnesium-en-het-zenuwstelsel", "/en/guide/magnesium-and-the-nervous-system"]
)
def test_the_guide_is_at_most_eight_screens_with_its_details_folded(
    address_of_guide: str, phone: Page, address: str
) -> None:
    phone.goto(address + address_of_guide)
    print(f"\n{address_of_guide}: {screens(phone):.1f} screens")  # noqa: T201 - the table
    assert screens(phone) <= 8
    fits(phone)
    phone.locator(".guide-text .more > summary").first.click()
    assert phone.locator(".guide-text .more").first.locator(".passage").count() >= 2
    fits(phone)
