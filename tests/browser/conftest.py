"""A real Chromium against a real `shop serve`."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The same engine without and with the windows that no test sees, which cost half of a test's processor time."""
CHROMIUM = os.environ.get("SHOP_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
QUIET = [
    "--no-sandbox",  # Chromium's sandbox does not start for root, which tests in a container are
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Two workers and a shop share two cores: a page may take longer than Playwright's own 5 seconds to come.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("SHOP_TEST_BROWSER") == "required":
            pytest.fail("no Chromium found, and SHOP_TEST_BROWSER says it is required")
        pytest.skip("no Chromium found (Debian: apt-get install chromium-headless-shell)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a shop that serves the sample catalogue."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [Path(sys.executable).with_name("shop"), "serve", "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"SHOP_INSTANCE": str(tmp_path_factory.mktemp("browser"))},
    )
    assert process.stdout
    assert process.stdout.readline().startswith("Magnesiumwijzer: http")
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=40)
    process.stdout.close()


@pytest.fixture(params=[(360, True), (1280, True), (360, False)], ids=["phone", "desktop", "phone-without-javascript"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A tab at phone and desktop width, with JavaScript and without."""
    width, javascript = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=javascript, locale="nl-NL"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()
