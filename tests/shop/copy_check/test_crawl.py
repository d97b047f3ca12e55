"""`shop content check --site`: every public page in both languages, found by following its links."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec import structs
from sqlalchemy import URL
from sqlalchemy.orm import Session

from catalog.db.engine import open_engine
from catalog.edits.brands import accept_brand
from catalog.edits.products import product_to_edit, save_product
from catalog.models import OverriddenSentence, Status
from catalog.product_state import state_of_product
from recommend.knowledge import Ruleset
from shop.app import create_app
from shop.cli import main
from shop.copy_check import messages
from shop.copy_check.crawl import names_of_substances, public_pages, without_declared
from shop.web.services import services_of
from tests import databases
from tests.conftest import settings_in
from tests.factories import AuthorFactory, make_product
from tests.shop.visitor import PUBLIC_PAGES


@pytest.fixture
def own_instance(sample_instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sample shop that a test may change."""
    instance = tmp_path / "instance"
    shutil.copytree(sample_instance, instance)
    monkeypatch.setenv("SHOP_INSTANCE", str(instance))
    return instance


@pytest.mark.long
@pytest.mark.exhaustive
def test_the_site_says_nothing_that_it_may_not_say(own_instance: Path) -> None:
    result = CliRunner().invoke(main, ["content", "check", "--site"])
    assert result.exit_code == 0, result.output[-2000:]
    assert " 0 blocked, 0 to look at" in result.output


def test_it_reaches_every_page_that_the_tour_names_and_every_product(sample_instance: Path) -> None:
    app = create_app(settings_in(sample_instance))
    addresses = {page.address for page in public_pages(app)}
    for pages in PUBLIC_PAGES.values():
        assert {page for page in pages if "?" not in page} <= addresses
    assert sum("/product/" in address for address in addresses) == 2 * 99
    assert any("advice (a visitor with a stop)" in address for address in addresses)
    services_of(app).dispose()


CLAIMS = ("summary_nl", "name_en", "ingredients_nl", "directions_en")
"""Fields of which each has a claim in a product of its own."""
EXCEPTED = "Onze capsules helpen je {} & rusten."
EXCEPTIONS = {"slapen": date.max, "soezen": date(2020, 11, 1), "dutten": None}
"""The last day of the exception for a sentence, by its verb."""


@pytest.fixture(scope="module")
def edited_site(
    empty_database: URL, tmp_path_factory: pytest.TempPathFactory, ruleset: Ruleset
) -> Iterator[tuple[dict[str, str], Result]]:
    """The check of a shop with products that each break it in one place, and their slugs by that place."""
    folder = tmp_path_factory.mktemp("edited")
    engine = open_engine(databases.copy(empty_database, folder))
    slugs = {}
    with Session(engine) as session:
        for column in CLAIMS:
            product = make_product(session)
            setattr(product, column, "Helpt tegen migraine." if column.endswith("nl") else "Cures migraine.")
            slugs[column] = product.slug
        for verb, until in EXCEPTIONS.items():
            sentence = EXCEPTED.format(verb)
            product = make_product(session)
            product.summary_nl = f"Magnesiumcitraat. {sentence}"
            if until:
                product.overridden = (OverriddenSentence("summary_nl", sentence, until),)
            slugs[verb] = product.slug
        slugs["brand"] = _publish_accepted_brand(session, ruleset)
        session.commit()
    engine.dispose()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "interface_messages", lambda: ())  # read with the sample's site, and the same here
        patch.setenv("SHOP_INSTANCE", str(folder))
        yield slugs, CliRunner().invoke(main, ["content", "check", "--site"])


def _publish_accepted_brand(session: Session, ruleset: Ruleset) -> str:
    product = make_product(session, brand="Lijf&Fit", name_nl="Magnesiumcitraat van Lijf&Fit", status=Status.DRAFT)
    session.commit()
    author = AuthorFactory.build(reason="a brand since 1998")
    accept_brand(session, product.brand_id, product.brand.version, author=author, ruleset=ruleset)
    draft = product_to_edit(session, product.id)
    public = structs.replace(state_of_product(draft), status=Status.PUBLISHED)
    save_product(session, draft.id, draft.version, public, author=author, ruleset=ruleset)
    return draft.slug


def lines_about(site: tuple[dict[str, str], Result], place: str, language: str = "nl") -> list[str]:
    slugs, result = site
    return [line for line in result.output.splitlines() if line.startswith(f"/{language}/product/{slugs[place]}:")]


@pytest.mark.parametrize("column", CLAIMS)
def test_a_claim_in_one_field_of_one_product_is_found_and_named(
    column: str, edited_site: tuple[dict[str, str], Result]
) -> None:
    assert edited_site[1].exit_code == 1
    assert any("migraine" in line for line in lines_about(edited_site, column, column[-2:]))


def test_the_name_of_a_brand_that_a_publisher_accepted_is_no_claim_of_the_site(
    edited_site: tuple[dict[str, str], Result],
) -> None:
    assert lines_about(edited_site, "brand") == []
    assert "Lijf&amp;Fit" not in edited_site[1].output
    assert "Lijf&Fit" not in edited_site[1].output


def test_a_sentence_with_an_exception_counts_as_accepted_and_after_its_last_day_it_is_not_shown(
    edited_site: tuple[dict[str, str], Result],
) -> None:
    for verb in EXCEPTIONS:
        found = lines_about(edited_site, verb)
        assert bool(found) is (verb == "dutten"), found
        assert (verb in edited_site[1].output) is (verb == "dutten")
    listed = CliRunner().invoke(main, ["catalog", "check"]).output
    ended = [line for line in listed.splitlines() if "whose exception has ended" in line]
    assert len(ended) == 1, listed
    assert "soezen" in ended[0]


def test_files_and_site_together_or_neither_is_wrong_use() -> None:
    assert CliRunner().invoke(main, ["content", "check"]).exit_code == 2
    assert CliRunner().invoke(main, ["content", "check", "--site", "README.md"]).exit_code == 2


def test_a_page_that_does_not_answer_is_an_error_and_not_a_site_without_faults(
    own_instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> str:
        raise RuntimeError

    monkeypatch.setattr("shop.compounds.views.render_template", broken)
    result = CliRunner().invoke(main, ["content", "check", "--site"])
    assert result.exit_code == 2
    assert "answers 500" in result.output


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<th>Melatonine</th>", "<th></th>"),
        ("<label>zonder melatonine</label>", "<label></label>"),
        ("<dd>Magnesiumcitraat, melatonine.</dd>", "<dd>Magnesiumcitraat,.</dd>"),
        ("<p>Melatonine om te slapen</p>", "<p>Melatonine om te slapen</p>"),
        ("<p>Met melatonine</p>", "<p>Met melatonine</p>"),
    ],
)
def test_only_a_substance_that_stands_alone_is_no_copy(html: str, left: str, ruleset: Ruleset) -> None:
    assert without_declared(html, names_of_substances(ruleset)) == left
