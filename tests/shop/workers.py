"""Several workers of one shop, and an edit through one of them."""

from pathlib import Path

import msgspec
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits import product_to_edit, save_product, state_of
from catalog.models import Product, Status
from recommend.loading import load_ruleset
from shop.app import create_app
from shop.cards import KeptCards
from tests import databases
from tests.conftest import settings_in
from tests.factories import AuthorFactory


def instance_of(sample_instance: Path, folder: Path) -> Path:
    copy = folder / "instance"
    copy.mkdir()
    databases.copy(databases.new(sample_instance), copy)
    return copy


def worker(instance: Path, *, page_cache: bool = True) -> Flask:
    app = create_app(msgspec.structs.replace(settings_in(instance), page_cache=page_cache))
    if not page_cache:
        app.extensions["cards"] = KeptCards(most_bytes=0)
    return app


def rename(app: Flask, name: str) -> str:
    """Give some product another Dutch name through this worker; returns its slug."""
    with Session(app.extensions["catalog_engine"]) as session:
        id_ = session.scalars(
            select(Product.id).where(Product.status == Status.PUBLISHED).order_by(Product.sku)
        ).first()
        assert id_
        product = product_to_edit(session, id_)
        state = msgspec.structs.replace(state_of(product), name_nl=name)
        save_product(session, id_, product.version, state, author=AuthorFactory.build(), ruleset=load_ruleset())
        session.commit()
        return str(state.slug)
