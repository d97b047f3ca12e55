"""The overview of what needs attention: products in trouble, citations nobody read, reviews gone stale."""

import re
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from msgspec import structs

from recommend.knowledge import Citation, Ruleset
from recommend.text import Text
from shop.admin.dashboard import chart
from shop.admin.ruleset_status import ruleset_status
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.shop.admin.products import add, send_to
from tests.shop.visitor import main_text

TODAY = date(2026, 11, 22)
STALE = {
    "never": (None, False),
    "to come": (date(2026, 11, 23), False),
    "today": (TODAY, False),
    "a day less than a year ago": (date(2025, 11, 23), False),
    "a year ago": (date(2025, 11, 22), False),
    "a day more than a year ago": (date(2025, 11, 21), True),
    "two years ago": (date(2024, 11, 22), True),
    "ten years ago": (date(2016, 11, 22), True),
}


def with_reviews(ruleset: Ruleset, of_rule: date | None, of_note: date | None) -> Ruleset:
    """One rule and one note, reviewed on these days."""
    rule = structs.replace(ruleset.rules[0], reviewed_on=of_rule, reviewed_by=of_rule and "A. Voorbeeld")
    note = structs.replace(ruleset.notes[0], reviewed_on=of_note, reviewed_by=of_note and "A. Voorbeeld")
    return structs.replace(ruleset, rules=(rule,), notes=(note,))


@pytest.mark.parametrize(("day", "stale"), STALE.values(), ids=STALE)
def test_a_review_is_stale_from_the_day_after_its_first_year(day: date | None, stale: bool, ruleset: Ruleset) -> None:
    for reviewed in (with_reviews(ruleset, day, TODAY), with_reviews(ruleset, TODAY, day)):
        found = ruleset_status(reviewed, TODAY)
        assert (found.records, found.stale, found.not_reviewed) == (2, int(stale), int(day is None))


def test_a_review_lasts_to_the_same_day_of_the_next_year_in_a_leap_year_too(ruleset: Ruleset) -> None:
    reviewed = with_reviews(ruleset, date(2027, 11, 22), date(2028, 11, 22))
    assert [ruleset_status(reviewed, date(2028, 11, day)).stale for day in (22, 23)] == [0, 1]


def test_the_longest_name_of_a_form_fits_beside_its_bar(ruleset: Ruleset) -> None:
    letter = 7.1  # units of the drawing: DejaVu Sans, the widest of the usual ones, at 13
    names = [name for form in ruleset.forms.values() for name in (form.short_name.nl, form.short_name.en)]
    assert chart([(name, 1) for name in names]).left - 8 >= letter * max(map(len, names))


@pytest.mark.parametrize("verified", [0, 1, 3])
def test_citations_that_nobody_read_at_the_source_are_counted(verified: int, ruleset: Ruleset) -> None:
    place = Text(nl="blz. 1", en="p. 1")
    cited = tuple(Citation(source="efsa-2018-5484", place=place, verified=number < verified) for number in range(3))
    records = with_reviews(ruleset, None, None)
    rule, note = (structs.replace(record, citations=cited) for record in (records.rules[0], records.notes[0]))
    forms = {"citrate": structs.replace(ruleset.forms["citrate"], citations=cited)}
    found = ruleset_status(structs.replace(records, rules=(rule,), notes=(note,), forms=forms), TODAY)
    assert (found.citations, found.unverified) == (9, 9 - 3 * verified)


@pytest.mark.parametrize(
    ("day", "said"), [(date(2025, 11, 22), None), (date(2025, 11, 21), "2"), (date(2024, 1, 1), "2")]
)
def test_the_overview_tells_of_stale_reviews_once_there_are_some(
    day: date, said: str | None, own_app: Flask, admin_client: AdminClient
) -> None:
    services_of(own_app).clock = lambda: datetime(2026, 11, 22, 9, tzinfo=UTC)
    client = admin_client("owner")
    services_of(own_app).ruleset = with_reviews(services_of(own_app).ruleset, day, day)
    page = main_text(client.get("/admin/?lang=en"))
    found = re.search(r"(\d+) reviewed more than a year ago", page)
    assert (found and found[1]) == said
    assert "0 of 2 rules and notes not reviewed" in page


def test_archiving_a_product_takes_it_out_of_what_needs_attention(admin_client: AdminClient) -> None:
    client = admin_client("publisher")

    def needing() -> tuple[str | None, set[str]]:
        count = re.search(r'<strong>(\d+)</strong> <a href="[^"]*trouble=dutch_missing"', client.get("/admin/").text)
        listed = client.get("/admin/products?trouble=dutch_missing").text
        return count and count[1], set(re.findall(r"<small>(PROEF-\d)", listed))

    assert needing() == (None, set())
    ids = [add(client, sku=f"PROEF-{number}", slug=f"proef-{number}", storage_nl="") for number in (1, 2)]
    assert needing() == ("2", {"PROEF-1", "PROEF-2"})
    send_to(client, f"/admin/products/{ids[0]}/status", status="archived", version="1")
    assert needing() == ("1", {"PROEF-2"})
    send_to(client, f"/admin/products/{ids[1]}/status", status="archived", version="1")
    assert needing() == (None, set())
