"""`shop dev bench`: the pages of the shop under load; `shop dev bench engine`: another, by its name."""

import sys
from importlib import import_module
from pathlib import Path

BENCHMARKS = sorted(file.stem for file in Path(__file__).parent.glob("[a-z]*.py"))
DEFAULT = "pages"

if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
    sys.argv.insert(1, DEFAULT)
if sys.argv[1] not in BENCHMARKS:
    raise SystemExit(f"usage: shop dev bench [{'|'.join(BENCHMARKS)}] (default: {DEFAULT})")
import_module(f"tests.bench.{sys.argv[1]}").main()
