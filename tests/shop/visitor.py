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
    "nl": ("/nl/keuzehulp", "/nl/keuzehulp/veiligheid", "/nl/keuzehulp/advies", "/nl/keuzehulp/opnieuw"),
    "en": ("/en/finder", "/en/finder/safety", "/en/finder/advice", "/en/finder/start-again"),
}
WISHES: dict[str, Any] = {
    "stomach": "none",
    "budget": "medium",
    "absorption": "normal",
    "dosage_form": "any",
    "agreement": "y",
}
SAFETY: dict[str, Any] = {
    "age_group": "18_64",
    "conditions": ["none"],
    "medicines": ["none"],
    "warning_signs": ["none"],
    "bowel": "normal",
    "supplement_mg": "0",
    "goal": "top_up_diet",
    "sex": "unspecified",
}


def csrf_token(page: TestResponse) -> str:
    match = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert match, page.text[:500]
    return match[1]


def send(client: FlaskClient, address: str, **fields: Any) -> TestResponse:
    """Open a page with a form, then send it filled in; redirects are not followed."""
    return client.post(address, data={"csrf_token": csrf_token(client.get(address)), **fields})


def answer(client: FlaskClient, language: str = "nl", **changes: Any) -> TestResponse:
    """Go through the questionnaire as a healthy adult but for the changes; returns the advice page."""
    wishes, safety, advice, _ = FINDER[language]
    given = {key: changes.get(key, value) for key, value in WISHES.items()}
    assert send(client, wishes, **given).location == safety
    rest = {key: value for key, value in changes.items() if key not in WISHES}
    assert send(client, safety, **(SAFETY | rest)).location == advice
    return client.get(advice)


def main_text(page: TestResponse) -> str:
    """The visible text of a page, roughly: tags out, white space folded."""
    body = re.sub(r"(?s)<head>.*?</head>", "", page.text)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
