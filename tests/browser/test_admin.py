"""The first owner comes in from the printed link, with the keyboard alone and without JavaScript."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

PASSWORD = "drie groene peren"


@pytest.fixture
def printed_link(tmp_path: Path) -> Iterator[str]:
    """The link that `shop serve` prints on the first run of a shop."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("shop"), "serve", "--port", "0", "--workers", "1"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"SHOP_INSTANCE": str(tmp_path)},
    )
    assert process.stderr
    process.stderr.readline()
    yield process.stderr.readline().strip()
    process.terminate()
    process.communicate(timeout=40)


@pytest.fixture
def keyboard_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, locale="en-GB", viewport={"width": 360, "height": 800})
    yield context.new_page()
    context.close()


def press_on(page: Page, name: str) -> None:
    """Press what bears the name, having come to it by the keyboard."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and name in (focused.inner_text() or ""):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard never came to {name!r}")


def type_in(page: Page, *texts: str) -> None:
    """Type into the fields of the page one after another, from the first, and send."""
    page.locator("main input:not([type=hidden])").first.focus()
    for number, text in enumerate(texts):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_the_first_owner_signs_in_from_the_printed_link_and_sets_up_a_second_factor(
    printed_link: str, keyboard_page: Page
) -> None:
    page = keyboard_page
    page.goto(printed_link)
    type_in(page, "me@winkel.test", PASSWORD, PASSWORD)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    press_on(page, "Set it up")
    picture = page.get_by_role("img", name=re.compile("QR code"))
    assert picture.bounding_box()
    secret = page.locator(".key").inner_text().replace(" ", "")
    app = pyotp.TOTP(secret)
    type_in(page, app.now(), PASSWORD)
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    press_on(page, "Sign out")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    type_in(page, "me@winkel.test", PASSWORD)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    type_in(page, codes[0])
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    press_on(page, "Menu")
    press_on(page, "Accounts")
    expect(page.get_by_role("heading", name="Invite somebody")).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.goto(printed_link)
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
