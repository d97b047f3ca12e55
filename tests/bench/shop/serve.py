"""`python -m tests.bench.shop.serve PORT WORKERS`: what `shop serve` does, with the benchmark's endpoints."""

import sys

from shop.cli.serve import make_ready, run_server

if __name__ == "__main__":
    settings = make_ready()
    run_server("tests.bench.shop.app:create_bench_app", "127.0.0.1", int(sys.argv[1]), int(sys.argv[2]), settings)
