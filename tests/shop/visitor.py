"""Walking through the shop's pages as a browser without JavaScript does."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TWO_PRODUCTS = "p=duinvallei-magnesiumcitraat-100-capsules&p=hazelveen-magnesiumcitraat-125-tabletten"
PUBLIC_PAGES = {
    "nl": [
        "/nl/",
        "/nl/gids/magnesium-en-het-zenuwstelsel",
        "/nl/beste-magnesium-supplementen",
        "/nl/beste-magnesium-supplementen?form=citrate&form=oxide&sort=price&page=2",
        "/nl/beste-magnesium-supplementen?q=bisglicinaat+zonder+melk&vegan=true&mg_per_day=100-150&brand=Duinvallei",
        "/nl/zo-rangschikken-wij",
        "/nl/zo-kiezen-wij",
        "/nl/zo-kiezen-wij?q=nieren",
        "/nl/privacy",
        "/nl/vormen",
        "/nl/vormen/citrate",
        "/nl/vormen/malate",
        "/nl/vormen/orotate",
        "/nl/vergelijk",
        f"/nl/vergelijk?{TWO_PRODUCTS}",
        "/nl/vergelijk/vormen",
        "/nl/colofon",
        "/nl/toegankelijkheid",
        "/nl/keuzehulp",
    ],
    "en": [
        "/en/",
        "/en/guide/magnesium-and-the-nervous-system",
        "/en/best-magnesium-supplements",
        "/en/best-magnesium-supplements?form=citrate&form=oxide&sort=price&page=2",
        "/en/best-magnesium-supplements?q=citrate+nowhere&without=fish",
        "/en/how-we-rank",
        "/en/how-we-choose",
        "/en/how-we-choose?q=nowhere",
        "/en/privacy",
        "/en/forms",
        "/en/forms/citrate",
        "/en/forms/malate",
        "/en/forms/orotate",
        "/en/compare",
        f"/en/compare?{TWO_PRODUCTS}",
        "/en/compare/forms",
        "/en/colophon",
        "/en/accessibility",
        "/en/finder",
    ],
}
FINDER = {
    "nl": {
        "start": "/nl/keuzehulp",
        "signs": "/nl/keuzehulp/signalen",
        "conditions": "/nl/keuzehulp/gezondheid",
        "medicines": "/nl/keuzehulp/medicijnen",
        "intake": "/nl/keuzehulp/gebruik",
        "wishes": "/nl/keuzehulp/wensen",
        "check": "/nl/keuzehulp/controle",
        "advice": "/nl/keuzehulp/advies",
        "summary": "/nl/keuzehulp/samenvatting",
        "keep": "/nl/keuzehulp/bewaren",
        "start_again": "/nl/keuzehulp/opnieuw",
    },
    "en": {
        "start": "/en/finder",
        "signs": "/en/finder/signs",
        "conditions": "/en/finder/health",
        "medicines": "/en/finder/medicines",
        "intake": "/en/finder/intake",
        "wishes": "/en/finder/wishes",
        "check": "/en/finder/check",
        "advice": "/en/finder/advice",
        "summary": "/en/finder/summary",
        "keep": "/en/finder/keep",
        "start_again": "/en/finder/start-again",
    },
}
"""Addresses of the finder's pages, in the order in which they are walked."""
FILLED: dict[str, dict[str, Any]] = {
    "start": {"age_group": "18_64", "health": ["conditions", "medicines", "warning_signs"], "agreement": "y"},
    "signs": {"warning_signs": ["none"]},
    "conditions": {"conditions": ["none"]},
    "medicines": {"medicines": ["none"]},
    "intake": {
        "supplement": "none",
        "supplement_mg": "",
        "goal": "top_up_diet",
        "gut": "some",
        "stomach": "none",
        "bowel": "normal",
    },
    "wishes": {"budget": "medium", "absorption": "normal", "dosage_form": "any", "sex": "unspecified"},
}
"""Every page as a healthy adult fills it in who passes no filter."""
HEALTHY: dict[str, dict[str, Any]] = {
    "start": FILLED["start"] | {"health": ["none"]},
    "intake": FILLED["intake"] | {"gut": "none"},
    "wishes": FILLED["wishes"],
}
"""The three pages of a healthy adult who passes both filters."""


def csrf_token(page: TestResponse) -> str:
    match = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert match, page.text[:500]
    return match[1]


def send(client: FlaskClient, address: str, **fields: Any) -> TestResponse:
    """Open a page with a form, then send it filled in; redirects are not followed."""
    return client.post(address, data={"csrf_token": csrf_token(client.get(address)), **fields})


def filled(page: str, **changes: Any) -> dict[str, Any]:
    """Fields of a page of the finder as a healthy adult fills them in, but for the changes that it asks for."""
    if "supplement_mg" in changes and "supplement" not in changes:
        changes["supplement"] = "some" if changes["supplement_mg"] else "none"
    asked = {*FILLED[page], *(["vegan"] if page == "wishes" else [])}
    return FILLED[page] | {key: value for key, value in changes.items() if key in asked}


def answer(client: FlaskClient, language: str = "nl", **changes: Any) -> TestResponse:
    """Go through the whole questionnaire as a healthy adult but for the changes; returns the advice page.

    The pages are opened by their addresses, so that a stop among the answers does not hide the later ones.
    """
    for page in FILLED:
        sent = send(client, FINDER[language][page], **filled(page, **changes))
        assert sent.status_code == 303, main_text(sent)
    return client.get(FINDER[language]["advice"])


def main_text(page: TestResponse) -> str:
    """The visible text of a page, roughly: tags out, white space folded."""
    body = re.sub(r"(?s)<head>.*?</head>", "", page.text)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
