"""Several processes' shops on one catalogue, as `shop serve` has them."""

from pathlib import Path

import msgspec
from flask import Flask

from shop.app import create_app
from shop.web.page_cache import new_cache
from shop.web.services import services_of
from tests import databases
from tests.conftest import settings_in


def instance_of(sample_instance: Path, folder: Path) -> Path:
    copy = folder / "instance"
    copy.mkdir()
    databases.copy(databases.new(sample_instance), copy)
    return copy


def worker(instance: Path, *, page_cache: bool = True) -> Flask:
    app = create_app(msgspec.structs.replace(settings_in(instance), page_cache=page_cache))
    if not page_cache:
        services_of(app).cache = new_cache(most_bytes=0)
    return app
