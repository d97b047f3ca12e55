"""CSV files of the orders' admin: read as carriers and payment providers write them, and given out guarded."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from catalog.exchange.formula_guard import guarded
from catalog.models import PeopleEventKind
from shop.admin.people_events import log_event_now
from shop.web.i18n import gettext
from shop.web.security import never_store

MAX_BYTES = 4 * 1024 * 1024
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


class FileError(ValueError):
    """A file that cannot be taken over; the message says why, in words."""


def rows_of(content: bytes) -> list[list[str]]:
    """The rows of a file in UTF-8 or Latin-1, parted by commas, semicolons or tabs. Raises FileError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error:
        raise FileError(gettext("This is no CSV file.")) from None
    if not rows:
        raise FileError(gettext("The file is empty."))
    return rows


def column(heading: Sequence[str], names: Iterable[str]) -> int | None:
    """The place of the first column that bears one of the names."""
    found = [cell.strip().casefold() for cell in heading]
    return next((found.index(name) for name in names if name in found), None)


def cell(row: Sequence[str], place: int | None) -> str:
    """A cell of a row; empty where there is none."""
    return row[place].strip() if place is not None and place < len(row) else ""


def download(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """A CSV file to save, noted in the log of people; a negative amount is a number and stays so."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([one if _NUMBER.fullmatch(one) else guarded(one) for one in row] for row in rows)
    log_event_now(PeopleEventKind.ORDERS_EXPORTED, detail=name)
    answer = FlaskResponse(text.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return never_store(answer)
