"""The summary for a pharmacist prints on one page, in both languages."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_walk import choose

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
    choose(page, age_group="18_64", health="unsure")
    choose(page, warning_signs="none")
    for question in ("conditions", "medicines"):
        for value in ticked[question]:
            page.check(f"input[name={question}][value={value}]")
        choose(page)
    page.fill("input[name=supplement_mg]", "100")
    choose(page, supplement="some", goal="top_up_diet", gut="some", stomach="strong", bowel="normal")
    choose(page, budget="low", absorption="important")
    expect(page).to_have_url(re.compile("/(advies|advice|controle|check)$"))
    page.goto(address + SUMMARY[language])
    expect(page).to_have_url(address + SUMMARY[language])
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    context.close()
