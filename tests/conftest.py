"""Fixtures that all tests share: the real ruleset, a fresh database file, the shop on the sample catalogue."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL
from sqlalchemy.orm import Session

from catalog.accounts.sessions import start_session
from catalog.database import migrate, open_engine
from catalog.models import Role
from recommend.knowledge import Ruleset
from recommend.loading import DATA, load_ruleset
from shop import create_app
from shop.database import prepare_catalogue
from shop.settings import Settings
from tests.factories import AccountFactory

TEST_KEY = "a key for tests only, and long enough"


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    return load_ruleset()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without products, to be copied."""
    file = tmp_path_factory.mktemp("empty") / "shop.db"
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@pytest.fixture
def session(empty_database: Path, tmp_path: Path) -> Iterator[Session]:
    """A session on an empty catalogue of its own."""
    copy = shutil.copy(empty_database, tmp_path / "catalogue.db")
    engine = open_engine(f"sqlite:///{copy}")
    with Session(engine) as session:
        yield session
    engine.dispose()


def settings_in(instance: Path) -> Settings:
    return Settings(
        instance=instance,
        database_url=URL.create("sqlite", database=str(instance / "shop.db")),
        secret_key=TEST_KEY,
        rules_dir=DATA,
    )


@pytest.fixture(scope="session")
def sample_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with the sample catalogue, read only by convention."""
    instance = tmp_path_factory.mktemp("instance")
    prepare_catalogue(settings_in(instance))
    return instance


@pytest.fixture
def app(sample_instance: Path) -> Iterator[Flask]:
    """The shop on the sample catalogue."""
    app = create_app(settings_in(sample_instance))
    app.testing = False  # errors become pages, as shoppers see them
    yield app
    app.extensions["databases"].dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def own_instance(sample_instance: Path, tmp_path: Path) -> Path:
    """An instance folder of this test's own with the sample catalogue, to write in."""
    instance = tmp_path / "own"
    instance.mkdir()
    shutil.copy(sample_instance / "shop.db", instance / "shop.db")
    return instance


@pytest.fixture
def own_app(own_instance: Path) -> Iterator[Flask]:
    """The shop on a sample catalogue of this test's own."""
    app = create_app(settings_in(own_instance))
    app.testing = False
    yield app
    app.extensions["databases"].dispose()


AdminClient = Callable[..., FlaskClient]


@pytest.fixture
def admin_client(own_app: Flask) -> AdminClient:
    """`admin_client("editor")` is a client of `own_app` that is signed in as a new account with that role."""

    def make(role: str = "owner", **account: object) -> FlaskClient:
        client = own_app.test_client()
        with Session(own_app.extensions["catalog_engine"]) as session:
            row = AccountFactory.build(role=Role(role), **account)
            session.add(row)
            session.flush()
            token = start_session(session, row, own_app.extensions["clock"]())
            session.commit()
        with client.session_transaction("/admin/") as cookie:
            cookie["_user_id"] = token
        return client

    return make
