"""Speed of an import: `shop dev bench import [--rows N…] [--rounds N] [--apart] [--profile]`.

For every number of rows a CSV file is validated and loaded into an empty catalogue, in a process of its own so that its
memory can be read; then the very rows that it stored (products, compositions, tags, history, prices, the index for
finding) go through plain `executemany` of the driver, in one transaction, on a connection with the same settings, into
another empty database with the same tables and their indexes. Both do so in turn, and the best run of each counts.

Names are made up and differ in every row, like every SKU, address and price; the other texts are those of the sample.
`--apart` lets the short texts differ as well, so that the content check has to read every one of them.
"""

import argparse
import cProfile
import csv
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from operator import itemgetter
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.db.engine import migrate, open_engine
from catalog.edits.edit import Author
from catalog.exchange.exporting import export
from catalog.exchange.importing import Import, ImportCallbacks
from catalog.exchange.planning import RowOutcome
from catalog.exchange.reading import open_table
from catalog.exchange.row_reader import RowReader
from catalog.models import How, Product
from catalog.samples.sample import load_sample
from recommend.claims.product import check_product
from recommend.loading import load_ruleset
from recommend.naming import form_names
from recommend.text import Text

INDEX = ("facet_posting", "word_posting", "word", "listing_row", "listing_row_by_form", "advice_row")
TABLES = ("brand", "product", "component", "form_tag", "batch", "change", "price_point", *INDEX)
READ_AT_ONCE = 50_000
UPPER_LIMIT_UG = 250_000
"""A new product with more a day is refused without a reason."""


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
        portion = Product.magnesium_ug * Product.units_per_day
        needs_reason = set(session.scalars(select(Product.sku).where(portion > UPPER_LIMIT_UG)))
    engine.dispose()
    with sample.open(encoding="utf-8", newline="") as opened:
        products = [product for product in csv.DictReader(opened) if product["sku"] not in needs_reason]
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
        summary = run.apply(Author(who="bench", how=How.IMPORT), file.name, ImportCallbacks())
        session.commit()
    seconds, wall = time.process_time() - before, time.perf_counter() - wall
    profiler.disable()
    if profile:
        profiler.dump_stats("import.prof")
    engine.dispose()
    if summary.counts[RowOutcome.NEW] != sum(summary.counts.values()):
        raise SystemExit(f"refused rows: {summary.counts}")
    return {"seconds": seconds, "wall": wall, "peak": most_memory()}


def most_memory() -> float:
    """In MB; not `ru_maxrss`, which a process takes over from the one that started it."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def plain_executemany(source: Path, file: Path) -> float:
    """Processor seconds for storing the same rows with the driver alone; reading them does not count."""
    stored = sqlite3.connect(source)
    engine = open_engine(f"sqlite:///{file}")
    connection = engine.raw_connection()  # with the settings that the import's connection has
    plain = connection.cursor()
    seconds = -time.process_time()
    plain.execute("BEGIN")
    for table in TABLES:
        seconds += time.process_time()
        found = stored.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own names
        insert = f"INSERT INTO {table} VALUES ({','.join('?' * len(found.description))})"  # noqa: S608 - as above
        while rows := found.fetchmany(READ_AT_ONCE):
            seconds -= time.process_time()
            plain.executemany(insert, rows)
            seconds += time.process_time()
        seconds -= time.process_time()
    plain.execute("COMMIT")
    seconds += time.process_time()
    connection.close()
    engine.dispose()
    stored.close()
    return seconds


def measure(rows: int, rounds: int, *, apart: bool, profile: bool) -> None:
    """Both sides in turn; the best run of each counts, and the most memory of any."""
    imports: list[dict[str, float]] = []
    plain: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = make_file(folder, rows, apart=apart)
        for _ in range(rounds):
            database, other = empty_catalogue(folder, "import.db"), empty_catalogue(folder, "plain.db")
            child = [sys.executable, "-m", "tests.bench", "import", "--one", str(file), str(database)]
            ran = subprocess.run(
                [*child, *(["--profile"] if profile else [])], check=True, capture_output=True, text=True
            )
            imports.append(json.loads(ran.stdout))
            plain.append(plain_executemany(database, other))
            database.unlink()
            other.unlink()
    best = min(imports, key=itemgetter("seconds"))
    print(
        f"{rows:>9,} rows: import {best['seconds']:7.2f} s ({best['seconds'] / rows * 1e6:4.0f} µs a row,"
        f" {best['wall']:.2f} s on the clock), plain executemany {min(plain):6.2f} s,"
        f" ratio {best['seconds'] / min(plain):5.2f}; most memory {max(run['peak'] for run in imports):5.0f} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmark", choices=["import"])
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--apart", action="store_true", help="let the short texts differ too")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--one", nargs=2, type=Path, metavar=("FILE", "DATABASE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(import_file(*chosen.one, profile=chosen.profile)))
        return
    for rows in chosen.rows:
        measure(rows, chosen.rounds, apart=chosen.apart, profile=chosen.profile)
