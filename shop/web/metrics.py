"""Numbers for Prometheus, summed over all workers, on a port of their own that visitors never reach."""

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import URL

from catalog.orders import outbox
from catalog.orders.store import opened_store

REQUESTS = Counter("shop_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "shop_request_seconds",
    "Time to answer, in seconds.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def measure(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request."""
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


class OutboxCollector(Collector):
    """Jobs of the outbox that wait and that were given up, counted when they are asked for."""

    def __init__(self, url: URL) -> None:
        self._url = url

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with opened_store(self._url) as store, store.reading() as session:
            found = outbox.waiting(session, datetime.now(UTC))
        yield GaugeMetricFamily("shop_outbox_waiting", "Jobs that are not done yet.", found.waiting)
        yield GaugeMetricFamily("shop_outbox_failed", "Jobs that were given up.", found.failed)


def publish(host: str, port: int, orders: URL) -> None:
    """Answer at /metrics from a thread of this process. Raises OSError."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # reads the files of all workers
    registry.register(OutboxCollector(orders))
    start_http_server(port, addr=host, registry=registry)
