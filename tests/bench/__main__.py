"""`python -m tests.bench engine`: run one benchmark by its name."""

import sys
from importlib import import_module
from pathlib import Path

BENCHMARKS = sorted(file.stem for file in Path(__file__).parent.glob("[a-z]*.py"))

if len(sys.argv) < 2 or sys.argv[1] not in BENCHMARKS:
    raise SystemExit(f"usage: python -m tests.bench {{{'|'.join(BENCHMARKS)}}}")
import_module(f"tests.bench.{sys.argv[1]}").main()
