"""Numbers for Prometheus, summed over all workers, on a port of their own that visitors never reach."""

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

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


def publish(host: str, port: int) -> None:
    """Answer at /metrics from a thread of this process. Raises OSError."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # reads the files of all workers
    start_http_server(port, addr=host, registry=registry)
