"""How fast an import is: `python -m tests.bench import [--rows N…] [--apart] [--profile]`.

For every number of rows a CSV file is validated and loaded into an empty catalogue, in a process of its own so that its
memory can be read; then the very rows that it stored (products, compositions, tags, history, prices) go through plain
`executemany` in one transaction into another empty database. Names are made up and differ in every row, like every
SKU, address and price; the other texts are those of the sample. `--apart` lets the short texts differ as well, so that
the content check has to read every one of them.
"""

import argparse
import cProfile
import csv
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy.orm import Session

from catalog.database import migrate, open_engine
from catalog.edits import Author
from catalog.exchange.exporting import export
from catalog.exchange.importing import Import, Told
from catalog.exchange.planning import Outcome
from catalog.exchange.reading import open_table
from catalog.exchange.rows import RowReader
from catalog.models import How
from catalog.sample import load_sample
from recommend.claims.product import check_product
from recommend.loading import load_ruleset
from recommend.naming import form_names
from recommend.text import Text

INDEX = ("facet_posting", "word_posting", "word", "shelf", "form_shelf", "advisable")
TABLES = ("brand", "product", "component", "form_tag", "batch", "change", "price_point", *INDEX)
BASELINE_RUNS = 3


def empty_catalogue(folder: Path, name: str) -> Path:
    file = folder / name
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


def make_file(folder: Path, rows: int, *, apart: bool) -> Path:
    """The sample over and over, with another SKU, address, name and price each time."""
    sample = folder / "sample.csv"
    engine = open_engine(f"sqlite:///{empty_catalogue(folder, 'sample.db')}")
    with Session(engine) as session, sample.open("wb") as opened:
        load_sample(session, load_ruleset())
        export(session, opened, sample.name)
    engine.dispose()
    with sample.open(encoding="utf-8", newline="") as opened:
        products = list(csv.DictReader(opened))
    file = folder / f"import-{rows}.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, products[0], lineterminator="\n")
        writer.writeheader()
        for number in range(rows):
            product = dict(products[number % len(products)])
            product |= {
                "sku": f"BENCH-{number:07}",
                "slug": f"bench-{number:07}",
                "price_eur": f"{5 + number % 4000 / 100:.2f}",
            }
            for column in ("name_nl", "name_en", *(("summary_nl", "summary_en") if apart else ())):
                product[column] += f" Serie {number % 997}."
            writer.writerow(product)
    return file


def import_file(file: Path, database: Path, *, profile: bool) -> dict[str, float]:
    """Validate and load a file; seconds of processor time, and the most memory used in MB."""
    ruleset = load_ruleset()
    names = form_names()
    check_product({"name": Text("warm", "up")}, 0)  # the words of the check are read once per process
    engine = open_engine(f"sqlite:///{database}")
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    before, wall = time.process_time(), time.perf_counter()
    with Session(engine) as session, file.open("rb") as opened:
        table = open_table(opened, file.name)
        run = Import(session, table, RowReader(table, names), ruleset)
        summary = run.apply(Author(who="bench", how=How.IMPORT), file.name, Told())
        session.commit()
    seconds, wall = time.process_time() - before, time.perf_counter() - wall
    profiler.disable()
    if profile:
        profiler.dump_stats("import.prof")
    engine.dispose()
    if summary.counts[Outcome.NEW] != sum(summary.counts.values()):
        raise SystemExit(f"refused rows: {summary.counts}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "wall": wall, "peak": peak}


def plain_executemany(source: Path, folder: Path) -> float:
    """Processor seconds for storing the same rows with the driver alone; the best of some runs."""
    stored = sqlite3.connect(source)
    rows = {table: stored.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}  # noqa: S608 - our own names
    best = float("inf")
    for run in range(BASELINE_RUNS):
        file = empty_catalogue(folder, f"plain-{run}.db")
        plain = sqlite3.connect(file, isolation_level=None)
        plain.executescript("PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA synchronous=NORMAL")
        before = time.process_time()
        plain.execute("BEGIN")
        for table in TABLES:
            if rows[table]:
                marks = ",".join("?" * len(rows[table][0]))
                plain.executemany(f"INSERT INTO {table} VALUES ({marks})", rows[table])  # noqa: S608 - as above
        plain.execute("COMMIT")
        best = min(best, time.process_time() - before)
        plain.close()
        file.unlink()
    stored.close()
    return best


def measure(rows: int, *, apart: bool, profile: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = make_file(folder, rows, apart=apart)
        database = empty_catalogue(folder, "import.db")
        child = [sys.executable, "-m", "tests.bench", "import", "--one", str(file), str(database)]
        ran = subprocess.run([*child, *(["--profile"] if profile else [])], check=True, capture_output=True, text=True)
        figures = json.loads(ran.stdout)
        plain = plain_executemany(database, folder)
        print(
            f"{rows:>9,} rows: import {figures['seconds']:7.2f} s ({figures['seconds'] / rows * 1e6:4.0f} µs a row,"
            f" {figures['wall']:.2f} s on the clock), plain executemany {plain:6.2f} s,"
            f" ratio {figures['seconds'] / plain:5.2f}; most memory {figures['peak']:5.0f} MB"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmark", choices=["import"])
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--apart", action="store_true", help="let the short texts differ too")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--one", nargs=2, type=Path, metavar=("FILE", "DATABASE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(import_file(*chosen.one, profile=chosen.profile)))
        return
    for rows in chosen.rows:
        measure(rows, apart=chosen.apart, profile=chosen.profile)
