"""`shop serve`: make the catalogue on the first run, then serve with gunicorn."""

import gc
import os
import resource
import shutil
import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import click
from filelock import FileLock
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import wsgi
from gunicorn.http.errors import LimitRequestLine
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from catalog.db.engine import opened_engine
from recommend.claims.records import load_claims
from recommend.loading import load_ruleset
from recommend.medicines import load_medicines
from recommend.naming import load_excipients
from recommend.substances import load_ingredient_reader
from shop.cli.admin import link
from shop.cli.cached_answers import CachedAnswers
from shop.cli.faults import plain_faults
from shop.cli.gathering import GatheringWorker
from shop.cli.loading import load_named
from shop.settings import Settings, read_settings
from shop.web.database import waits_for_no_server
from shop.web.security import MAX_QUERY_BYTES
from shop.web.services import services_of

SILENCE_SECONDS = 5
"""The longest wait for a client, each time that it is read from or written to."""
OPEN_FILES = 4096
"""For 1,000 connections, a temporary file for each, and the databases."""
SENDING_BYTES = 1024 * 1024
"""The part of an answer that the system takes over from a thread: any page, for however slow a reader."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--worker/--no-worker", "with_worker", default=True, help="Also do the outbox's work; on by default.")
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Serve /metrics for Prometheus there; off without.")
def serve(host: str, port: int, workers: int, with_worker: bool, metrics_port: int | None) -> None:
    """Serve the shop until SIGTERM, which lets requests under way finish."""
    settings = make_ready()
    if port:
        os.environ["SHOP_SERVED_AT"] = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    os.environ["SHOP_SERVE_WORKER"] = "on" if with_worker else "off"
    with _metrics(host, metrics_port, settings):
        run_server("shop.app:create_app", host, port, workers, settings)


@contextmanager
def _metrics(host: str, port: int | None, settings: Settings) -> Iterator[None]:
    """Collect what all workers count, in files of this run, and serve it."""
    if port is None:
        yield
        return
    _require_free(host, port)
    owner, folder = os.getpid(), tempfile.mkdtemp(prefix="shop-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # before the library is imported
    from shop.web.metrics import publish

    publish(host, port, settings.orders_url)
    try:
        yield
    finally:
        if os.getpid() == owner:  # workers, which are forked, leave through here as well
            shutil.rmtree(folder, ignore_errors=True)


def make_ready() -> Settings:
    """Check settings and rules, and make the catalogue, before anything listens."""
    from shop.web.database import prepare_catalogue

    with plain_faults():
        settings = read_settings()
        load_ruleset(settings.rules_dir)
        load_claims(settings.rules_dir)  # nothing here asks them yet, but a broken ruleset is not served in part
        load_excipients(settings.rules_dir)
        load_medicines(settings.rules_dir)
        load_ingredient_reader(settings.rules_dir)
        prepare_catalogue(settings)
    return settings


def run_server(factory: str, host: str, port: int, workers: int, settings: Settings) -> None:
    """Serve the WSGI application that a factory, given as "module:name", makes in every worker."""
    _require_free(host, port)
    _raise_limit_of_files()
    token = _first_owners_token(settings)
    address = f"[{host}]" if ":" in host else host
    _Server(
        factory,
        {
            "bind": f"{address}:{port}",
            "workers": workers,
            "worker_class": _Worker,
            "threads": 4,
            "graceful_timeout": 30,
            "timeout": 60,
            "secure_scheme_headers": {},  # whether TLS was used, only the proxies of SHOP_PROXIES say
            "limit_request_line": 8190,  # the most that gunicorn knows
            "forwarder_headers": "",  # gunicorn lets what stands before it, or seems to, move every address on a page
            "accesslog": None,  # addresses and cookies of visitors are not logged
            "loglevel": "warning",
            "control_socket_disable": True,  # its commands are for nobody here, and its folder may not be writable
            "logger_class": _Log,
            "when_ready": partial(_begin, token=token, address=settings.public_url),
        },
    ).run()


def _raise_limit_of_files() -> None:
    """Let a process have as many open files as its connections need, where the system allows that."""
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    if limit != resource.RLIM_INFINITY and limit < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _require_free(host: str, port: int) -> None:
    """Say at once that the address cannot be had; gunicorn would retry for a while first."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host} port {port}: {error.strerror}") from error


def _first_owners_token(settings: Settings) -> str | None:
    """A token for the first owner's one-time link while nobody has an account; each start voids the one before."""
    from catalog.accounts.invitations import invite_first_owner

    with (
        plain_faults(),
        FileLock(settings.instance / "prepare.lock"),
        opened_engine(settings.database_url) as engine,
        Session(engine) as session,
    ):
        token = invite_first_owner(session, datetime.now(UTC))
        session.commit()
    return token


def _begin(server: Any, token: str | None, address: str | None = None) -> None:
    """Print the address once the shop really listens there, and on the first run how to come in as its owner.

    The link starts with the public `address` where one is given. What it accepts inherits the time-outs.
    """
    limit = struct.pack("ll", SILENCE_SECONDS, 0)  # C's struct timeval
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENDING_BYTES)
        click.echo(f"Magnesiumwijzer: {listener}/")
    if token:
        click.echo("Nobody has an account yet. This link makes the first owner; it works once, for 72 hours:", err=True)
        click.echo(link(address or str(server.LISTENERS[0]), token), err=True)


def work_in_background(app: Flask) -> threading.Event:
    """Do the outbox's work in a thread, in one process of this machine; set the event to end it.

    The others wait for its lock, which the system frees when it dies: what mails and documents need is 70 MB, loaded by
    the one alone.
    """
    stop, settings = threading.Event(), services_of(app).settings

    def wait_and_work() -> None:
        with FileLock(settings.instance / "worker.lock", poll_interval=1):
            from shop.outbox.worker import work

            work(app, stop)

    threading.Thread(target=wait_and_work, name="worker", daemon=True).start()
    return stop


class _Response(wsgi.Response):  # type: ignore[misc] # gunicorn has no types
    """An answer that does not say which server gives it, nor which of its faults may be tried."""

    def default_headers(self) -> list[str]:
        return [line for line in super().default_headers() if not line.startswith("Server:")]


wsgi.Response = _Response


class _Worker(GatheringWorker):
    """The worker that waits for no client; an address too long for gunicorn gets the page that the shop has for it."""

    _cached: CachedAnswers | None = None

    def load_wsgi(self) -> None:
        """Load the shop; where it reads from files alone, a request waits for nobody and is best left alone."""
        super().load_wsgi()
        if isinstance(self.wsgi, Flask) and waits_for_no_server(self.wsgi):
            self.at_once = 1
            if services_of(self.wsgi).settings.page_cache and not os.environ.get("SCRIPT_NAME"):
                self._cached = CachedAnswers(self.wsgi)

    def answer_at_once(self, conn: Any, head: bytes) -> bytes | None:
        return self._cached.answer(head, conn.client[0]) if self._cached else None

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        too_long = EnvironBuilder("/nl/", query_string="q" * (MAX_QUERY_BYTES + 1)).get_environ()
        body, status, headers = run_wsgi_app(self.wsgi, too_long)
        headers["Connection"] = "close"
        with suppress(OSError):  # who asked is gone
            client.sendall(f"HTTP/1.1 {status}\r\n{headers}".encode("latin-1") + b"".join(body))


class _Log(Logger):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's own messages, written as the shop's are, without addresses of visitors and what they asked for."""

    def setup(self, cfg: Any) -> None:
        from shop.web.request_log import formatter

        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter())

    def warning(self, msg: str, *args: Any, **more: Any) -> None:
        if msg.startswith("Invalid request from "):
            msg, args = "a request could not be read", ()
        super().warning(msg, *args, **more)

    def exception(self, msg: str, *args: Any, **more: Any) -> None:
        if msg.startswith("Error handling request"):
            msg, args = "a request failed outside of the shop", ()
        super().exception(msg, *args, **more)


class _Server(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    def __init__(self, factory: str, options: dict[str, Any]) -> None:
        self.options = options
        self.make = load_named(factory)  # before workers are forked: they share the memory of it
        gc.freeze()  # what the collector never looks at is never written to, and stays shared
        super().__init__()

    def load_config(self) -> None:
        for key, value in self.options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        from shop.web.request_log import log_to_stderr

        log_to_stderr()
        app = self.make()
        if os.environ.get("SHOP_SERVE_WORKER") == "on" and isinstance(app, Flask):
            work_in_background(app)
        return app
