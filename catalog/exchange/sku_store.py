"""Which SKUs a file names, and where: kept in a database of its own on disk, so that memory does not grow."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from catalog.exchange.reading import Row

_EVERY = 10_000
_AT_ONCE = 500


class SkuStore:
    """Goes through a file once. Close it when done: what it keeps is gone then."""

    def __init__(
        self, rows: Iterable[Row], sku_of: Callable[[Row], str], on_progress: Callable[[int], None] = lambda _rows: None
    ) -> None:
        self.rows = 0
        self._on_progress = on_progress
        self._database = sqlite3.connect("")  # a file of its own that vanishes with the connection
        self._database.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE named (sku TEXT, row INTEGER);"
            "CREATE TABLE addressed (slug TEXT PRIMARY KEY, sku TEXT) WITHOUT ROWID; BEGIN;"
        )
        self._database.executemany("INSERT INTO named VALUES (?, ?)", self._named(rows, sku_of))
        self._database.execute("CREATE INDEX by_sku ON named (sku, row)")
        doubled = "SELECT 1 FROM named WHERE sku <> '' GROUP BY sku HAVING count(*) > 1 LIMIT 1"
        self._has_doubles = self._database.execute(doubled).fetchone() is not None

    def _named(self, rows: Iterable[Row], sku_of: Callable[[Row], str]) -> Iterator[tuple[str, int]]:
        for row in rows:
            self.rows += 1
            if self.rows % _EVERY == 0:
                self._on_progress(self.rows)
            yield sku_of(row), row.number

    def doubles(self, skus: Sequence[str]) -> dict[str, list[int]]:
        """Of these SKUs those that the file names more than once, with all their rows."""
        found: dict[str, list[int]] = {}
        if not self._has_doubles:
            return found
        for sku, row in self._database.execute(
            "SELECT sku, row FROM named WHERE sku IN (SELECT sku FROM named WHERE sku <> '' AND sku IN"
            " (SELECT value FROM json_each(?)) GROUP BY sku HAVING count(*) > 1) ORDER BY row",
            (json.dumps(list(skus)),),
        ):
            found.setdefault(sku, []).append(row)
        return found

    def missing(self, skus: Iterable[str]) -> Iterator[str]:
        """Of these SKUs those that the file does not name."""
        left = iter(skus)
        while some := list(islice(left, _AT_ONCE)):
            query = "SELECT sku FROM named WHERE sku IN (SELECT value FROM json_each(?))"
            named = {sku for (sku,) in self._database.execute(query, (json.dumps(some),))}
            yield from (sku for sku in some if sku not in named)

    def holders_of(self, takers: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Addresses with who wants them, by SKU: for each the SKU of the file that took it first."""
        inserted = self._database.executemany("INSERT OR IGNORE INTO addressed VALUES (?, ?)", takers).rowcount
        if inserted == len(takers):
            return dict(takers)
        slugs = json.dumps([slug for slug, _ in takers])
        query = "SELECT slug, sku FROM addressed WHERE slug IN (SELECT value FROM json_each(?))"
        return dict(self._database.execute(query, (slugs,)))

    def close(self) -> None:
        self._database.close()
