"""Plans of files written in a test, with invented products."""

import datetime as dt
import io
from typing import Any

from stdnum import ean as ean_check

from catalog.exchange.layouts.plan import plan_as_json, plan_of_file
from recommend.naming import form_names

TODAY = dt.date(2026, 11, 29)


def ean(number: int, digits: int = 13) -> str:
    """An EAN of the range for examples, with its check digit."""
    bare = f"952{number:0{digits - 4}}"
    return bare + str(ean_check.calc_check_digit(bare))


def planned(text: str | bytes, name: str = "file.csv", **options: Any) -> dict[str, Any]:
    """The plan of a file as JSON values; rows by their number under "by_row"."""
    content = text if isinstance(text, bytes) else text.encode()
    plan = plan_as_json(plan_of_file(io.BytesIO(content), name, form_names(), TODAY, **options))
    return plan | {"by_row": {row["row"]: row for row in plan["rows"]}}


def parts(row: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    """The wanted fields as the row has them."""
    return {name: row.get(name, "(none)") for name in wanted}


def defaults(plan: dict[str, Any]) -> dict[str, str | None]:
    """The usual answers by the key of their question."""
    return {question["key"]: question["default"] for question in plan["questions"]}
