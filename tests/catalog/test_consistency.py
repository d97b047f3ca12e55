"""`shop catalog check`: derived data that differs from the products is reported and repaired."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from catalog.consistency import derived_data_mismatches, repair_derived_data
from catalog.edits.products import product_to_edit, save_product
from catalog.product_state import state_of_product
from catalog.search.snapshot import current_snapshot
from catalog.search.update import rebuild_index
from recommend.knowledge import Ruleset
from shop.cli import main
from tests.factories import AuthorFactory, make_product


def mismatches(session: Session, ruleset: Ruleset) -> list[str]:
    return [f"{mismatch.where} {mismatch.what}" for mismatch in derived_data_mismatches(session, ruleset)]


def check(instance: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["catalog", "check", *options], env={"SHOP_INSTANCE": str(instance)})


def test_the_sample_catalogue_passes_and_says_nothing(sample_instance: Path) -> None:
    result = check(sample_instance)
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE product SET magnesium_ug = 1", "SKU-A magnesium_ug"),
        ("UPDATE product SET tenth_cents_per_100mg = 1", "SKU-A tenth_cents_per_100mg"),
        ("UPDATE product SET label_faults = 1", "SKU-A label_faults"),
        ("DELETE FROM form_tag", "SKU-A form_tag"),
        ("DELETE FROM facet_posting WHERE term = 'vegan:true'", "facet_posting vegan:true"),
        ("DELETE FROM word_posting WHERE term = 'nl:merk'", "word_posting nl:merk"),
        ("UPDATE word SET products = 7 WHERE term = 'nl:merk'", "word nl:merk"),
        ("DELETE FROM word WHERE term = 'nl:merk'", "word nl:merk"),
        ("UPDATE listing_row SET price_cents = 1", "SKU-A listing_row"),
        (
            "INSERT INTO listing_row_by_form (product_id, grade, tenth_cents_per_100mg, sku, form)"
            " SELECT 99, grade, tenth_cents_per_100mg, sku, form FROM listing_row_by_form",
            "listing_row_by_form rows",
        ),
        ("UPDATE advice_row SET also = ' oxide '", "SKU-A advice_row"),
        ("DELETE FROM advice_row", "advice_row rows"),
    ],
)
def test_damage_is_named_and_mended(damage: str, named: str, session: Session, ruleset: Ruleset) -> None:
    make_product(session, sku="SKU-A", brand="Merk")
    assert mismatches(session, ruleset) == []
    session.execute(text(damage))
    assert named in mismatches(session, ruleset)
    repair_derived_data(session, ruleset)
    assert mismatches(session, ruleset) == []


def test_an_edit_leaves_nothing_of_what_earlier_rules_made_of_the_product(session: Session, ruleset: Ruleset) -> None:
    product = make_product(session)
    session.execute(text("UPDATE form_tag SET form = 'oxide', counts_as_form = NOT counts_as_form"))
    rebuild_index(session)
    session.expire_all()
    dearer = msgspec.structs.replace(state_of_product(product_to_edit(session, product.id)), price_cents=1234)
    save_product(session, product.id, 1, dearer, author=AuthorFactory.build(), ruleset=ruleset)
    assert mismatches(session, ruleset) == []


def test_a_rebuild_is_seen_by_who_kept_the_index_before(session: Session, ruleset: Ruleset) -> None:
    make_product(session)
    session.commit()
    before = current_snapshot(session)
    session.execute(text("DELETE FROM facet_posting"))
    repair_derived_data(session, ruleset)
    session.commit()
    assert current_snapshot(session).epoch != before.epoch
    assert current_snapshot(session).sets == before.sets


def test_the_command_names_what_is_wrong_fails_and_mends_on_demand(tmp_path: Path) -> None:
    assert check(tmp_path).exit_code == 0
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE facet_posting SET products = x'' WHERE term = 'form:citrate'"))
    engine.dispose()
    broken = check(tmp_path)
    assert broken.exit_code == 1
    assert "facet_posting: form:citrate is 0 products, should be 27 products" in broken.stdout
    assert check(tmp_path, "--rebuild").exit_code == 0
    assert check(tmp_path).exit_code == 0


def test_a_public_product_whose_ingredients_contradict_its_label_is_named_and_not_mended(tmp_path: Path) -> None:
    assert check(tmp_path).exit_code == 0  # makes the catalogue, with the sample
    engine = create_engine(f"sqlite:///{tmp_path}/shop.db")
    with engine.begin() as connection:
        sku, nl = connection.execute(text("SELECT sku, ingredients_nl FROM product WHERE vegan ORDER BY id")).all()[0]
        connection.execute(
            text("UPDATE product SET ingredients_nl = :nl WHERE sku = :sku"), {"nl": f"{nl} Wei.", "sku": sku}
        )
    engine.dispose()
    found = check(tmp_path)
    assert found.exit_code == 1
    assert f"{sku}: label_faults is 0, should be 2" in found.output
    for options in ((), ("--rebuild",)):
        found = check(tmp_path, *options)
        assert found.exit_code == 1
        assert f"{sku}: allergens “milk” is not ticked, but the ingredients name “Wei”" in found.output
        assert f"{sku}: vegan is “yes”, but the ingredients name “Wei”" in found.output
    assert "label_faults is" not in found.output
    with engine.connect() as connection:
        assert connection.execute(text("SELECT sku FROM product WHERE label_faults > 0")).scalars().all() == [sku]
    engine.dispose()
