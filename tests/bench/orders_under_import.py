"""Placing of orders while a file is imported: `shop dev bench orders_under_import [--rows N] [--postgresql]`.

A process of its own imports N made-up rows into the catalogue that the shop serves; meanwhile a shopper without a
network orders, one order after the other. Printed are the times that the order button took, and answers that were no
order.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from catalog.models import Product
from shop.app import create_app
from shop.settings import read_settings
from shop.web.database import prepare_catalogue
from shop.web.services import services_of
from tests.postgresql import servers
from tests.shop.ordering.shopper import Shopper

make_file = __import__("tests.bench.import", fromlist=["make_file"]).make_file


def shop_with(environ: dict[str, str]) -> Flask:
    settings = read_settings(environ)
    prepare_catalogue(settings)
    app = create_app(settings)
    app.testing = False
    with Session(services_of(app).databases.writing) as catalogue:
        catalogue.execute(update(Product).values(stock=10**6))
        catalogue.commit()
    return app


def order_until_over(app: Flask, importing: subprocess.Popen[bytes]) -> tuple[list[float], dict[int, int]]:
    """Wall seconds of each press of the order button, and other answers than an order by their status."""
    times: list[float] = []
    others: dict[int, int] = {}
    number = 0
    while importing.poll() is None:
        number += 1
        shopper = Shopper(app)
        shopper.client.environ_base["REMOTE_ADDR"] = f"10.2.{number // 250 % 250}.{number % 250}"
        shopper.add()
        summary = shopper.details(email=f"bench{number}@voorbeeld.nl")
        begun = time.monotonic()
        answer = shopper.submit(summary, "order")
        times.append(time.monotonic() - begun)
        if answer.status_code != HTTPStatus.SEE_OTHER:
            others[answer.status_code] = others.get(answer.status_code, 0) + 1
    return times, others


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args(sys.argv[2:])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environ = {"SHOP_INSTANCE": str(folder / "instance"), "SHOP_SECRET_KEY": "k" * 40}
        if options.postgresql:
            (server,) = stack.enter_context(servers("bench"))
            server.make()
            server.start(fsync="on", synchronous_commit="on")
            environ["SHOP_DATABASE_URL"] = server.url()
        app = shop_with(environ)
        file = make_file(folder, options.rows, apart=False)
        command = [str(Path(sys.executable).with_name("shop")), "catalog", "import", str(file)]
        begun = time.monotonic()
        importing = subprocess.Popen(command, env=os.environ | environ, stdout=subprocess.DEVNULL)
        times, others = order_until_over(app, importing)
        seconds = time.monotonic() - begun
        services_of(app).dispose()
    hundredths = statistics.quantiles(times, n=100)
    print(f"import of {options.rows} rows: {seconds:.0f} s, ended with {importing.returncode}")
    print(
        f"{len(times)} orders placed meanwhile: p50 {hundredths[49] * 1000:.0f} ms, p99 {hundredths[98] * 1000:.0f} ms"
    )
    print(f"longest {max(times) * 1000:.0f} ms; answers that were no order, by status: {others or 'none'}")
