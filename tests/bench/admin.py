"""The time of each page of the admin at a size: `shop dev bench admin [--size N] [--times N] [--reduced N]`.

An owner opens every page of the menu, and a product's own ones; then previews a reduction of thousands of products that
are announced as reduced already. Each page is opened several times; the middle time counts.
"""

import argparse
import re
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from catalog.db.engine import open_engine
from catalog.models import Account, Brand, PricePoint, Product, Role
from tests.bench.edits import WHO, Publisher, admit
from tests.bench.shop.serving import Served, catalogue, serving

BRAND = "Bankmerk"
"""The brand of the reduced products."""
PAGES = (
    "/admin/",
    "/admin/orders",
    "/admin/stock",
    "/admin/products",
    "/admin/products?page=400",
    "/admin/products?sort=per_100mg&status=published",
    "/admin/products?q=magnesium",
    "/admin/products?trouble=warnings",
    "/admin/products/amounts",
    "/admin/products/new",
    "/admin/products/{id}",
    "/admin/products/{id}/publish",
    "/admin/products/{id}/history",
    "/admin/products/{id}/planning",
    "/admin/products/{id}/pictures",
    "/admin/products/{id}/preview/nl",
    "/admin/proposals",
    "/admin/planned",
    "/admin/brands",
    "/admin/claims",
    "/admin/history",
    "/admin/batches",
    "/admin/import",
    "/admin/texts",
    "/admin/texts/guide-safety",
    "/admin/rules",
    "/admin/accounts",
    "/admin/settings",
    "/admin/my-account",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench admin", description=__doc__)
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--reduced", type=int, default=5_000)
    asked = parser.parse_args(sys.argv[2:])
    admit(asked.size)
    _prepare(asked.size, asked.reduced)
    with serving(catalogue(asked.size)) as served:
        owner = Publisher(served.address)
        print(f"{'page':50} {'p50 ms':>8} {'worst ms':>9} {'cpu ms':>8}")
        for page in PAGES:
            ask = partial(owner.get, page.format(id=asked.size // 2))
            _report(page, served, ask, asked.times)
        for change in ("-1", "-10"):
            preview = partial(owner.send, "/admin/products/bulk", _preview(owner, change), HTTPStatus.OK)
            _report(f"preview of {change} % on {asked.reduced:,} reduced", served, preview, 5)


def _preview(owner: Publisher, change: str) -> dict[str, str]:
    """The form of a preview of all reduced products."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', owner.get("/admin/products"))
    assert token
    return {"csrf_token": token[1], "which": "all", "brand": BRAND, "action": "price", "change": change}


def _report(name: str, served: Served, ask: Callable[[], object], number: int) -> None:
    """The middle and the longest time of a request, and the processor's for one."""
    before, times = served.processor_seconds(), []
    for _ in range(number):
        begun = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begun) * 1000)
    processor = (served.processor_seconds() - before) / number * 1000
    print(f"{name:50} {statistics.median(times):8.1f} {max(times):9.1f} {processor:8.1f}")


def _prepare(size: int, number: int) -> None:
    """Make the account an owner, and give the first products one brand and an announced reduction of five days ago."""
    engine, now = open_engine(f"sqlite:///{catalogue(size) / 'shop.db'}"), datetime.now(UTC)
    with Session(engine) as session:
        session.execute(update(Account).where(Account.email == WHO).values(role=Role.OWNER))
        brand, other = session.scalars(select(Brand).order_by(Brand.id).limit(2)).all()
        ids = session.scalars(select(Product.id).order_by(Product.id).limit(number)).all()
        if session.scalar(select(func.count()).where(Product.reduced)) != number:
            brand.name = BRAND
            products = select(Product).where(Product.id <= ids[-1])
            for product in session.scalars(products):
                session.add(PricePoint(product_id=product.id, at=now - timedelta(days=5), cents=product.price_cents))
            before = update(PricePoint).where(PricePoint.product_id <= ids[-1], PricePoint.at > now - timedelta(days=4))
            session.execute(before.values(at=now - timedelta(days=90), cents=PricePoint.cents + 100))
            changed = update(Product).where(Product.id <= ids[-1])
            session.execute(changed.values(reduced=True, brand_id=brand.id))
            others = update(Product).where(Product.id > ids[-1], Product.brand_id == brand.id)
            session.execute(others.values(brand_id=other.id))
        session.commit()
    engine.dispose()
