"""Time as the shop sees it: from the application's clock, which tests turn."""

from datetime import date, datetime

from shop.web.services import services


def now() -> datetime:
    """The moment of this call, aware, in UTC."""
    return services().clock()


def today() -> date:
    """The day in UTC. A rendered page with prices is cached for this day."""
    return now().date()
