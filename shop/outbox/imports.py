"""Imports of large files, and the pictures that files name by address: work of the catalogue outside a request.

Each is done in a process of its own, started by the worker, which goes on with its mails meanwhile. A process that is
killed has written nothing half: its work is begun again.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any

import msgspec
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.db.engine import Databases
from catalog.edits.edit import Author
from catalog.edits.fetched_pictures import fetch_waiting, waiting_addresses
from catalog.exchange.admin_import import (
    LayoutAskedError,
    ProductRefusal,
    apply_plan,
    batch_of_plan,
    drafted_plan,
    plan_fingerprint,
    store_look,
    store_plan,
)
from catalog.exchange.importing import StalePlanError, Summary
from catalog.exchange.planning import RowOutcome
from catalog.exchange.row_errors import FileRefusedError
from catalog.models import How, Upload
from catalog.orders import import_runs
from catalog.orders.models import ImportOutcome, ImportRun, ImportTask
from catalog.orders.store import OrdersStore
from catalog.picture_fetching import Allowed
from catalog.product_problems import RefusedError
from recommend.knowledge import Ruleset
from recommend.loading import load_ruleset
from shop.settings import Settings
from shop.web.services import services_of

log = logging.getLogger("shop.worker")
_BEAT_SECONDS = 0.25
_ENDING_SECONDS = 5
_REST_SECONDS = 60
"""The wait after pictures could not be fetched for a fault of ours, such as a database that is away."""
_PICTURES_AT_ONCE = 20
"""So few that an import does not wait for long."""


class ImportProcess:
    """At most one process of this worker at an import, or at pictures while no import waits."""

    def __init__(self, app: Flask) -> None:
        self._shared = services_of(app)
        self._process: BaseProcess | None = None
        self._pictures_rest_until = 0.0

    def tend(self) -> None:
        """Start the work whose turn it is, when no process is at any."""
        if self._process is not None:
            if self._process.is_alive():
                return
            if self._process.exitcode:
                self._pictures_rest_until = time.monotonic() + _REST_SECONDS
            self.end()
        run = self._claimed()
        if run is not None:
            self._start(do_import, self._shared.settings, run.upload_id)
        elif self._pictures_wait():
            self._start(fetch_pictures, self._shared.settings)

    def _claimed(self) -> ImportRun | None:
        with self._shared.orders.reading() as session:
            if not import_runs.open_runs(session):
                return None
        with self._shared.orders.writing() as session:
            return import_runs.claim(session, self._shared.clock())

    def _pictures_wait(self) -> bool:
        if not self._shared.settings.picture_sources or time.monotonic() < self._pictures_rest_until:
            return False
        with Session(self._shared.databases.primary) as session:
            return bool(waiting_addresses(session, limit=1))

    def _start(self, target: Callable[..., None], *values: Any) -> None:
        # Not forked: threads of this process may hold locks, and its memory would be copied.
        process = get_context("spawn").Process(target=target, args=values, daemon=True)
        process.start()
        self._process = process

    @property
    def pid(self) -> int | None:
        """The number of the process, None without one."""
        return self._process.pid if self._process else None

    def end(self) -> None:
        """End the process, if there is one; what it had not finished is begun again by the next worker."""
        if self._process is not None:
            self._process.terminate()
            self._process.join(_ENDING_SECONDS)
            self._process = None


def do_import(settings: Settings, upload_id: int) -> None:
    """Do the import of an upload that was claimed, and note how it ended."""
    logging.basicConfig(level=logging.WARNING)
    databases, orders = Databases(settings.database_url), OrdersStore(settings.orders_url)
    try:
        with orders.reading() as session:
            run = session.get_one(ImportRun, upload_id)
        outcome, detail = _Import(databases, orders, load_ruleset(settings.rules_dir), run).outcome()
        with orders.writing() as session:
            import_runs.end(session.get_one(ImportRun, upload_id), outcome, datetime.now(UTC), detail)
    except Exception as error:
        log.warning("an import broke off: %s", type(error).__name__)
        raise SystemExit(1) from error
    finally:
        databases.dispose()
        orders.dispose()


def fetch_pictures(settings: Settings) -> None:
    """Fetch some of the pictures that files name, and add them to their products."""
    logging.basicConfig(level=logging.WARNING)
    databases = Databases(settings.database_url)
    allowed, ruleset = settings.picture_sources or Allowed(), load_ruleset(settings.rules_dir)
    try:
        with Session(databases.primary) as session:
            for _address, _problem in fetch_waiting(
                session, allowed, ruleset, lambda: datetime.now(UTC), limit=_PICTURES_AT_ONCE
            ):
                pass  # a problem is shown on the product's page of pictures
    except Exception as error:
        log.warning("fetching pictures broke off: %s", type(error).__name__)
        raise SystemExit(1) from error
    finally:
        databases.dispose()


class _Cancelled(Exception):  # noqa: N818 - no error: somebody asked for it
    """Somebody cancelled the import."""


class _Import:
    """One run in this process: the work, and beside it a thread that notes the progress and sees a cancellation."""

    def __init__(self, databases: Databases, orders: OrdersStore, ruleset: Ruleset, run: ImportRun) -> None:
        self._databases, self._orders, self._ruleset, self._run = databases, orders, ruleset, run
        self._done = self._rows = 0
        self._cancelled, self._ended = threading.Event(), threading.Event()

    def outcome(self) -> tuple[ImportOutcome, str]:
        """The outcome, and its detail as JSON."""
        beating = threading.Thread(target=self._beat, name="beat")
        beating.start()
        try:
            return self._plan() if self._run.task is ImportTask.PLAN else self._apply()
        except _Cancelled:
            return ImportOutcome.CANCELLED, ""
        except StalePlanError:
            return ImportOutcome.STALE, ""
        except FileRefusedError as refused:
            return ImportOutcome.FILE_REFUSED, msgspec.json.encode(refused.error).decode()
        except RefusedError as refused:
            refusal = ProductRefusal(refused.sku, tuple(refused.problems))
            return ImportOutcome.PRODUCT_REFUSED, msgspec.json.encode(refusal).decode()
        finally:
            self._ended.set()
            beating.join()

    def _beat(self) -> None:
        while not self._ended.wait(_BEAT_SECONDS):
            try:
                with self._orders.writing() as session:
                    if import_runs.beat(session, self._run.upload_id, self._done, self._rows, datetime.now(UTC)):
                        self._cancelled.set()
            except SQLAlchemyError as error:  # without beats a second process would begin the same run
                log.warning("the progress of an import has to wait: %s", type(error).__name__)

    def _progress(self, done: int, rows: int) -> None:
        self._done, self._rows = done, rows
        if self._cancelled.is_set():
            raise _Cancelled

    def _author(self) -> Author:
        return Author(who=self._run.who, how=How.IMPORT, at=datetime.now(UTC))

    def _plan(self) -> tuple[ImportOutcome, str]:
        with Session(self._databases.primary) as session:
            upload = session.get_one(Upload, self._run.upload_id)
            draft = drafted_plan(
                session,
                upload,
                self._author(),
                self._ruleset,
                correct_addresses=self._run.correct_addresses,
                progress=self._progress,
            )
            try:
                with draft as drafted:
                    session.rollback()  # what was read is from before; to write, the catalogue is looked at anew
                    self._store(lambda writing, its: store_plan(writing, its, drafted))
            except LayoutAskedError as asked:
                session.rollback()
                look = asked.look
                self._store(lambda writing, its: store_look(writing, its, look))
        return ImportOutcome.PLANNED, ""

    def _store(self, store: Callable[[Session, Upload], None]) -> None:
        with Session(self._databases.writing) as writing:
            store(writing, writing.get_one(Upload, self._run.upload_id))
            writing.commit()

    def _apply(self) -> tuple[ImportOutcome, str]:
        with Session(self._databases.writing) as session:
            if batch := batch_of_plan(session, self._run.plan):  # a process did it, and was killed before it said so
                return ImportOutcome.IMPORTED, _counts(Summary(batch_id=batch))
            upload = session.get(Upload, self._run.upload_id, with_for_update=True)
            if upload is None or plan_fingerprint(upload) != self._run.plan:
                return ImportOutcome.STALE, ""
            summary = apply_plan(
                session,
                upload,
                self._author(),
                self._ruleset,
                skip_bad=self._run.skip_bad,
                progress=self._progress,
            )
            if summary.batch_id is None:
                session.rollback()
                return ImportOutcome.NOTHING, _counts(summary)
            session.commit()
        return ImportOutcome.IMPORTED, _counts(summary)


def _counts(summary: Summary) -> str:
    counts = {str(outcome): summary.counts[outcome] for outcome in RowOutcome}
    return msgspec.json.encode(counts | {"batch": summary.batch_id or 0}).decode()
