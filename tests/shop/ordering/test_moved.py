"""Orders in backup, restore and move: carried whole, and a restored copy sends nothing until it is told to."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from shop.app import create_app
from shop.cli import main
from shop.settings import read_settings
from shop.web.services import services_of
from tests import databases
from tests.conftest import TEST_KEY
from tests.shop.ordering.shopper import Shopper, purchases

pytestmark = pytest.mark.skipif(databases.ON_POSTGRESQL, reason="moves files of SQLite")


def test_orders_come_back_from_a_backup_and_nothing_is_sent_twice(
    own_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    shopper.order()  # its receipt is not sent yet
    (before,) = purchases(own_app)
    old, new, file = services_of(own_app).settings.instance, tmp_path / "new", tmp_path / "backup.zip"
    run = CliRunner().invoke
    made = run(main, ["db", "backup", str(file)], env={"SHOP_INSTANCE": str(old)})
    assert made.exit_code == 0
    assert "purchase: 1 rows" in made.stdout
    restored = run(main, ["db", "restore", str(file)], env={"SHOP_INSTANCE": str(new)})
    assert (restored.exit_code, restored.stdout) == (0, made.stdout)
    assert "SHOP_OUTBOX=send" in restored.stderr
    environ = {"SHOP_INSTANCE": str(new), "SHOP_SECRET_KEY": TEST_KEY}
    assert read_settings(environ).hold_outbox
    assert not read_settings(environ | {"SHOP_OUTBOX": "send"}).hold_outbox
    copy = create_app(read_settings(environ))
    (after,) = purchases(copy)
    assert (after.number, after.email, after.total_cents) == (before.number, before.email, before.total_cents)
    checked = run(main, ["orders", "check"], env={"SHOP_INSTANCE": str(new)})
    assert (checked.exit_code, checked.stdout) == (0, "")
    services_of(copy).dispose()
