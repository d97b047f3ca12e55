"""`shop content check --site`: every public page in both languages, found by following its links."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.db.engine import open_engine
from catalog.models import Product
from shop.app import create_app
from shop.cli import main
from shop.copy_check.crawl import public_pages
from shop.web.services import services_of
from tests.conftest import settings_in
from tests.shop.visitor import PUBLIC_PAGES


@pytest.fixture
def own_instance(sample_instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sample shop that a test may change."""
    instance = tmp_path / "instance"
    shutil.copytree(sample_instance, instance)
    monkeypatch.setenv("SHOP_INSTANCE", str(instance))
    return instance


def test_the_site_says_nothing_that_it_may_not_say(own_instance: Path) -> None:
    result = CliRunner().invoke(main, ["content", "check", "--site"])
    assert result.exit_code == 0, result.output[-2000:]
    assert " 0 blocked, 0 to look at" in result.output


def test_it_reaches_every_page_that_the_tour_names_and_every_product(sample_instance: Path) -> None:
    app = create_app(settings_in(sample_instance))
    addresses = {page.address for page in public_pages(app)}
    for pages in PUBLIC_PAGES.values():
        assert {page for page in pages if "?" not in page} <= addresses
    assert sum("/product/" in address for address in addresses) == 2 * 71
    assert any("advice (a visitor with a stop)" in address for address in addresses)
    services_of(app).databases.primary.dispose()


def test_a_claim_in_one_field_of_one_product_is_found_and_named(own_instance: Path) -> None:
    columns = ["summary_nl", "name_en", "ingredients_nl", "directions_en"]
    engine = open_engine(settings_in(own_instance).database_url)
    with Session(engine) as session:
        products = session.scalars(select(Product).order_by(Product.sku).limit(len(columns))).all()
        slugs = [product.slug for product in products]
        for product, column in zip(products, columns, strict=True):
            setattr(product, column, "Helpt tegen migraine." if column.endswith("nl") else "Cures migraine.")
        session.commit()
    engine.dispose()
    result = CliRunner().invoke(main, ["content", "check", "--site"])
    assert result.exit_code == 1
    for slug, column in zip(slugs, columns, strict=True):
        found = [line for line in result.output.splitlines() if line.startswith(f"/{column[-2:]}/product/{slug}:")]
        assert any("migraine" in line for line in found), (slug, column)


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
