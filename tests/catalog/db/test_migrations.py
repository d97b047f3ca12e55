"""Migration of a catalogue of version 0.1.0: nothing is lost, and what nobody said becomes unknown."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session

from catalog.db.engine import CATALOGUE, Migrations, for_writing, migrate, open_engine, upgrade
from catalog.models import Base, ClaimOverride, IndexState, Product
from catalog.orders.store import ORDERS
from catalog.product_state import TEXTS
from tests import databases

BLANK = {f"{name}_{code}": "" for name in TEXTS for code in ("nl", "en")}
NUMBERS = (
    *("units_per_pack", "units_per_day", "net_quantity", "price_cents", "stock", "magnesium_ug"),
    *("tenth_cents_per_100mg", "tenth_cents_per_day", "blocked_texts", "open_warnings"),
)


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(databases.new(tmp_path))
    upgrade(engine, "initial")
    yield engine
    engine.dispose()
    databases.drop(engine.url)


def test_what_nobody_said_becomes_unknown_and_what_was_said_stays(old: Engine) -> None:
    with for_writing(old).begin() as connection:
        connection.execute(text("INSERT INTO brand (id, name, address, invented) VALUES (1, 'Echt', 'Hier 1', false)"))
        connection.execute(text("INSERT INTO brand (id, name, address, invented) VALUES (2, 'Bedacht', '', true)"))
        for number, brand, vegan, allergens in [(1, 1, True, "milk soy"), (2, 1, False, ""), (3, 2, False, "")]:
            row = BLANK | {
                **{"id": number, "sku": f"S{number}", "slug": f"s{number}", "status": "draft", "version": 1},
                **{"brand_id": brand, "supplier": "", "dosage_form": "capsule", "unit": "capsule", "vegan": vegan},
                **dict.fromkeys(NUMBERS, 0) | {"net_quantity": 45 + number},
                **{"allergens": allergens, "reduced": False, "portion_too_small": False, "form_not_permitted": False},
            }
            columns = ", ".join(row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO product ({columns}) VALUES ({values})"), row)  # noqa: S608 - names above
    migrate(old)
    with Session(old) as session:
        found = {
            one.sku: (one.vegan, one.allergens, one.allergens_stated, one.other_actives, one.other_actives_stated)
            for one in session.scalars(select(Product))
        }
        assert found == {
            "S1": (True, ("milk", "soy"), True, (), False),
            "S2": (None, (), False, (), False),
            "S3": (False, (), True, (), True),
        }
        assert session.scalars(select(Product.net_quantity).order_by(Product.id)).all() == [46, 47, 48]
        assert session.scalars(select(IndexState.revision)).one() == 0, "the next start derives the index again"


@pytest.mark.parametrize("revision", ["real_products", "brands", "label_faults", "settings"])
def test_every_earlier_version_becomes_this_one(revision: str, old: Engine) -> None:
    upgrade(old, revision)
    with for_writing(old).begin() as connection:
        connection.execute(text("INSERT INTO brand (id, name, address, invented) VALUES (1, 'Echt', 'Hier 1', false)"))
        row = BLANK | {
            **{"id": 1, "sku": "S1", "slug": "s1", "status": "draft", "version": 1, "brand_id": 1, "supplier": ""},
            **{"dosage_form": "capsule", "unit": "capsule", "allergens": "", "reduced": False},
            **dict.fromkeys(NUMBERS, 0),
            **{"portion_too_small": False, "form_not_permitted": False},
        }
        values = ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO product ({', '.join(row)}) VALUES ({values})"), row)  # noqa: S608 - names above
    migrate(old)
    with Session(old) as session:
        product = session.scalars(select(Product)).one()
        assert (product.sku, product.overridden) == ("S1", ())
        assert session.scalars(select(ClaimOverride)).all() == []


def test_a_migrated_database_has_the_columns_of_the_models(old: Engine) -> None:
    migrate(old)
    for table in Base.metadata.sorted_tables:
        found = {column["name"]: column["nullable"] for column in inspect(old).get_columns(table.name)}
        assert found == {column.name: column.nullable for column in table.columns}, table.name


@pytest.mark.parametrize("migrations", [CATALOGUE, ORDERS], ids=["catalogue", "orders"])
def test_files_of_migrations_are_named_in_their_order_by_number_and_revision(migrations: Migrations) -> None:
    scripts = [*ScriptDirectory(str(migrations.folder)).walk_revisions()][::-1]
    assert migrations.revisions == [script.revision for script in scripts]
    assert [script.down_revision for script in scripts] == [None, *migrations.revisions[:-1]]
    assert [Path(script.path).stem for script in scripts] == [
        f"{number:04}_{revision}" for number, revision in enumerate(migrations.revisions, start=1)
    ]


def test_the_shop_starts_without_what_only_migrates_or_reads_workbooks() -> None:
    loaded = "import sys, shop.cli.serve, shop.app; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True).stdout.split()
    assert {"alembic", "openpyxl"} & set(names) == set()
    assert "sqlalchemy" in names
