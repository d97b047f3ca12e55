"""Processor time of ordering beside a product page rendered anew: `shop dev bench orders [--orders N] [--rounds N]`.

A shopper without a network: details sent, the summary shown, the order placed with its payment begun at the trial
provider. The store has N orders already. The shop, its page cache off, and the shopper share a process, and all are
measured in turn, round by round. A page from the cache is measured with a basket cookie and without.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from flask import Flask
from lxml import html
from sqlalchemy import update
from sqlalchemy.orm import Session

from catalog.models import Product
from catalog.orders.models import Purchase
from catalog.orders.placing import place
from shop.app import create_app
from shop.settings import read_settings
from shop.web.database import prepare_catalogue
from shop.web.services import services_of
from tests.catalog.orders.goods import NOW, goods, placing_of, quote_of
from tests.shop.ordering.shopper import CHECKOUT, CITRATE, Shopper

PRODUCT = f"/nl/product/{CITRATE}"
LISTING = "/nl/beste-magnesium-supplementen?form=citrate"


def shop_in(folder: Path, *, cache: bool, orders: int = 0) -> Flask:
    settings = read_settings({"SHOP_INSTANCE": str(folder), "SHOP_PAGE_CACHE": "on" if cache else "off"})
    prepare_catalogue(settings)
    app = create_app(settings)
    app.testing = False
    with Session(services_of(app).databases.writing) as catalogue:
        catalogue.execute(update(Product).values(stock=10**6))
        catalogue.commit()
    with services_of(app).orders.writing() as session:
        if not orders or session.query(Purchase.id).first():
            return app
        jars = [goods(10**6 + number, stock=10**7) for number in range(20)]
        for number in range(orders):
            lines = [(jars[number % 20], 1), (jars[(number + 7) % 20], 1)]
            place(session, placing_of(quote_of(*lines), email=f"k{number}@voorbeeld.nl"), NOW)
    return app


def seconds(work: Callable[[], int], wanted: int) -> float:
    """Processor seconds of one request. Raises SystemExit for a wrong answer."""
    begun = time.process_time()
    status = work()
    spent = time.process_time() - begun
    if status != wanted:
        raise SystemExit(f"answered {status}, not {wanted}")
    return spent


def median(times: list[float]) -> float:
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args(sys.argv[2:])
    with tempfile.TemporaryDirectory() as folder:
        app = shop_in(Path(folder), cache=False, orders=options.orders)
        times: dict[str, list[float]] = {"product page": [], "summary": [], "placing": []}
        for number in range(options.rounds + 5):
            shopper = Shopper(app)
            shopper.client.environ_base["REMOTE_ADDR"] = (
                f"10.0.{number // 250}.{number % 250}"  # the limit of an address
            )
            shopper.add()
            details = shopper.client.get(CHECKOUT["nl"])
            round_ = {"product page": seconds(lambda: shopper.client.get(PRODUCT).status_code, HTTPStatus.OK)}
            summary = shopper.details(email=f"bench{number}@voorbeeld.nl")
            sent = dict(html.fromstring(summary.text).forms[-1].form_values())
            entered = dict(html.fromstring(details.text).forms[-1].form_values()) | {"step": "summary"}
            entered |= {"email": f"bench{number}@voorbeeld.nl", "name": "Jo", "postcode": "3511AB", "town": "Utrecht"}
            entered |= {"house_number": "1", "street": "Oudegracht", "delivery": "home", "method": "online"}
            round_["summary"] = seconds(
                lambda: shopper.client.post(CHECKOUT["nl"], data=entered).status_code, HTTPStatus.OK
            )
            round_["placing"] = seconds(
                lambda: shopper.client.post(CHECKOUT["nl"], data=sent | {"step": "order"}).status_code,
                HTTPStatus.SEE_OTHER,
            )
            if number >= 5:
                for name, spent in round_.items():
                    times[name].append(spent)
        services_of(app).dispose()
        base = median(times["product page"])
        for name, found in times.items():
            print(f"{name}: {median(found) * 1000:.1f} ms of processor, {median(found) / base:.2f} of the product page")
        kept(Path(folder) / "kept", options.rounds)


def kept(folder: Path, rounds: int) -> None:
    """A listing from the cache, with a basket cookie and without."""
    app = shop_in(folder, cache=True)
    shopper, visitor = Shopper(app), app.test_client()
    shopper.add()
    shopper.client.get("/nl/winkelmand")  # takes the notice of what was added, which is for one page
    times: dict[str, list[float]] = {"with": [], "without": []}
    for _number in range(rounds * 10):
        times["with"].append(seconds(lambda: shopper.client.get(LISTING).status_code, HTTPStatus.OK))
        times["without"].append(seconds(lambda: visitor.get(LISTING).status_code, HTTPStatus.OK))
    services_of(app).dispose()
    print(f"cached page without a basket to one with: {median(times['without']) / median(times['with']):.2f}")
