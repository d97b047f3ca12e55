"""Fixtures that all tests share: the real ruleset, a fresh database, the shop on the sample catalogue.

With SHOP_TEST_DATABASE=postgresql the databases are PostgreSQL's, else SQLite files.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL
from sqlalchemy.orm import Session

from catalog.accounts.sessions import start_session
from catalog.db.engine import migrate, open_engine
from catalog.models import Role
from recommend.knowledge import Ruleset
from recommend.loading import DATA, load_ruleset
from shop.app import create_app
from shop.settings import Settings
from shop.web.database import prepare_catalogue
from shop.web.services import services_of
from tests import databases
from tests.factories import AccountFactory

TEST_KEY = "a key for tests only, and long enough"


IN_A_DATABASE = {"session", "app", "own_app", "workers"}
"""Fixtures whose database is of the kind that SHOP_TEST_DATABASE names."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what depends on that is run again: all else is the same, or tries both kinds by itself."""
    if databases.ON_POSTGRESQL:
        rest = [item for item in items if not IN_A_DATABASE & set(getattr(item, "fixturenames", ()))]
        config.hook.pytest_deselected(items=rest)
        items[:] = [item for item in items if item not in set(rest)]


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    return load_ruleset()


@pytest.fixture(scope="session", autouse=True)
def end_of_postgresql() -> Iterator[None]:
    """End the server that this process started, if any test needed one."""
    yield
    databases.end()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> URL:
    """A migrated database without products, to be copied."""
    url = databases.new(tmp_path_factory.mktemp("empty"))
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    return url


@pytest.fixture
def session(empty_database: URL, tmp_path: Path) -> Iterator[Session]:
    """A session on an empty catalogue of its own."""
    folder = tmp_path / "session"
    folder.mkdir()
    engine = open_engine(databases.copy(empty_database, folder))
    with Session(engine) as session:
        yield session
    engine.dispose()
    databases.drop(engine.url)


def settings_in(instance: Path) -> Settings:
    return Settings(instance=instance, database_url=databases.new(instance), secret_key=TEST_KEY, rules_dir=DATA)


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
    services_of(app).databases.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def own_instance(sample_instance: Path, tmp_path: Path) -> Iterator[Path]:
    """An instance folder of this test's own with the sample catalogue, to write in."""
    instance = tmp_path / "own"
    instance.mkdir()
    url = databases.copy(databases.new(sample_instance), instance)
    yield instance
    databases.drop(url)


@pytest.fixture
def own_app(own_instance: Path) -> Iterator[Flask]:
    """The shop on a sample catalogue of this test's own."""
    app = create_app(settings_in(own_instance))
    app.testing = False
    yield app
    services_of(app).databases.dispose()


AdminClient = Callable[..., FlaskClient]


@pytest.fixture
def admin_client(own_app: Flask) -> AdminClient:
    """`admin_client("editor")` is a client of `own_app` that is signed in as a new account with that role."""

    def make(role: str = "owner", **account: object) -> FlaskClient:
        client = own_app.test_client()
        with Session(services_of(own_app).databases.primary) as session:
            row = AccountFactory.build(role=Role(role), **account)
            session.add(row)
            session.flush()
            token = start_session(session, row, services_of(own_app).clock())
            session.commit()
        with client.session_transaction("/admin/") as cookie:
            cookie["session_token"] = token
        return client

    return make
