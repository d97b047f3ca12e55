"""The summary for a pharmacist prints on one page, in both languages."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

START = {"nl": "/nl/keuzehulp", "en": "/en/finder"}
SUMMARY = {"nl": "/nl/keuzehulp/samenvatting", "en": "/en/finder/summary"}
NOBODY_SPECIAL: dict[str, Any] = {"conditions": ["none"], "medicines": ["none"]}
SEVERAL_CAUTIONS: dict[str, Any] = {
    "conditions": ["pregnant", "heart_other"],
    "medicines": ["levothyroxine", "bisphosphonate", "proton_pump_inhibitor"],
}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("ticked", [NOBODY_SPECIAL, SEVERAL_CAUTIONS], ids=["nobody special", "several cautions"])
def test_the_summary_is_one_page_of_a4(language: str, ticked: dict[str, Any], browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address + START[language])
    for key, value in {"stomach": "strong", "budget": "low", "absorption": "important"}.items():
        page.check(f"input[name={key}][value={value}]")
    page.check("input[name=agreement]")
    page.locator("main form button[type=submit]").first.click()
    page.check("input[name=age_group][value='18_64']")
    for key, values in ticked.items():
        for value in values:
            page.check(f"input[name={key}][value={value}]")
    for key, value in {"warning_signs": "none", "bowel": "normal", "goal": "top_up_diet"}.items():
        page.check(f"input[name={key}][value={value}]")
    page.fill("input[name=supplement_mg]", "100")
    page.locator("p.actions button[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/(advies|advice)$"))
    page.goto(address + SUMMARY[language])
    expect(page).to_have_url(address + SUMMARY[language])
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    context.close()
