"""Which earlier price a page shows today beside a reduced one."""

from collections.abc import Callable
from datetime import date, datetime

from flask import Flask, current_app

from catalog.models import Product


def today() -> date:
    """The day in UTC, from the application's clock. What is kept of a page that shows prices is kept for this day."""
    clock: Callable[[], datetime] = current_app.extensions["clock"]
    return clock().date()


def earlier_price(product: Product) -> int | None:
    """In cents; None when no reduction is announced, or it has lasted for 30 days."""
    return product.from_cents if product.from_until and today() < product.from_until else None


def add_reductions(app: Flask) -> None:
    app.add_template_filter(earlier_price)
