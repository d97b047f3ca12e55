"""Fixtures that all tests share: the real ruleset, a fresh database, the shop on the sample catalogue.

With SHOP_TEST_DATABASE=postgresql the databases are PostgreSQL's, else SQLite files.
"""

import gc
import os
import sys
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from sqlalchemy import URL, Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from catalog.accounts.sessions import start_session
from catalog.db import engine as engines
from catalog.db.engine import migrate, open_engine
from catalog.models import Role
from recommend.knowledge import Ruleset
from recommend.loading import DATA, load_ruleset
from shop.app import create_app
from shop.settings import Settings
from shop.web.database import prepare_catalogue
from shop.web.services import services_of
from shop.web.templates import PageTemplates
from tests import databases
from tests.factories import AccountFactory

# A machine that does other work is slow, not wrong: no example has a deadline.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# Tests start the shop a hundred times, and each start compiles a thousand modules where Python may not keep them.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False  # nor does this one again, where it runs the tests itself

COMPILED_OF_RULE = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")
STATEMENTS = 3000
TEST_KEY = "a key for tests only, and long enough"


IN_A_DATABASE = {"session", "app", "own_app", "workers", "store"}
"""Fixtures whose database is of the kind that SHOP_TEST_DATABASE names."""


@pytest.hookimpl(tryfirst=True)  # before -m selects by mark
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests come first. On PostgreSQL only what depends on that is run again: all else tries both or neither."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)  # each part in the random order that it has
    rest = []
    for item in items:
        if IN_A_DATABASE & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")
        else:
            rest.append(item)
    if databases.ON_POSTGRESQL:
        config.hook.pytest_deselected(items=rest)
        items[:] = [item for item in items if item.get_closest_marker("database")]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let the collector leave what was imported alone and look seldom: applications by the hundred make it a third."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class CompiledTemplates(BytecodeCache):
    """Compiled templates of this process: a test has an application of its own, and needs no compiler of its own."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """The code of a template in the language of its environment."""
        assert isinstance(environment, PageTemplates)
        return super().get_bucket(environment, f"{environment.place} {name}", filename, source)

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code
        self._compiled[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> None:
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}


@pytest.fixture(scope="session", autouse=True)
def compiled_routes() -> Iterator[None]:
    """Rules of addresses, compiled once for each: an application has 230, and needs 45 ms."""
    compiled: dict[Hashable, dict[str, Any]] = {}
    compile_rule = Rule.compile

    def once(rule: Rule) -> None:
        assert rule.map is not None
        where = rule.map.host_matching, rule.host, rule.subdomain, rule.merge_slashes
        key = (rule.rule, *where, tuple((rule.defaults or {}).items()), tuple(rule.map.converters.items()))
        if key not in compiled:
            compile_rule(rule)
            compiled[key] = {name: getattr(rule, name) for name in COMPILED_OF_RULE}
            return
        vars(rule).update(compiled[key])
        rule.arguments = set(rule.arguments)
        for name in ("_build", "_build_unknown"):
            setattr(rule, name, compiled[key][name].__func__.__get__(rule))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> Iterator[None]:
    """SQL of statements, written once for each kind of database: an engine of each test's own would write all anew."""
    written = LRUCache[Any, Any](STATEMENTS)

    with pytest.MonkeyPatch.context() as patch:
        shared = property(lambda _engine: written, lambda _engine, _own: None)
        patch.setattr(Engine, "_compiled_cache", shared, raising=False)
        patch.setattr(DefaultDialect, "__hash__", lambda dialect: hash(type(dialect)))
        patch.setattr(DefaultDialect, "__eq__", lambda dialect, other: type(dialect) is type(other))
        yield


@pytest.fixture(scope="session", autouse=True)
def sqlite_without_power_cuts() -> Iterator[None]:
    """SQLite that waits for no disk, as the tests' PostgreSQL: what a test leaves need not outlive its machine."""
    prepare = engines._prepare_sqlite

    def prepare_quickly(cache_kib: int, durable: bool, connection: Any, record: object) -> None:
        prepare(cache_kib, durable, connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "_prepare_sqlite", prepare_quickly)
        yield


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache folder that no other run and no user shares."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


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


@pytest.fixture(scope="session")
def shared_instance(sample_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample catalogue for `app`: nobody may be connected to one that others are copied from."""
    instance = tmp_path_factory.mktemp("shared")
    databases.copy(databases.new(sample_instance), instance)
    return instance


@pytest.fixture(scope="module")
def app(shared_instance: Path) -> Iterator[Flask]:
    """The shop on the sample catalogue, shared by the tests of a module: `own_app` is for those that change it."""
    app = create_app(settings_in(shared_instance))
    app.testing = False  # errors become pages, as shoppers see them
    yield app
    services_of(app).dispose()


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
    services_of(app).dispose()


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
