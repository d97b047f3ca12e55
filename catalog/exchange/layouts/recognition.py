"""Layouts as data, and recognition of a file's layout by its headings."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
import yaml
from msgspec import Struct, field

_LAYOUTS = Path(__file__).parent / "layouts.yaml"
AUTO = "auto"
LEAST_GUESSED = 3
"""Columns with a meaning that a file of an unknown layout must have."""
_SHOWN_AS = {
    **dict.fromkeys(("published", "enabled", "visible", "visibility", "on_hold", "ended", "status"), "status"),
    **dict.fromkeys(("option_name", "option_value", "option", "option_en"), "option"),
    **dict.fromkeys(("price", "price_including", "sale_price"), "price_eur"),
    **dict.fromkeys(("in_stock", "availability", "stock_counted", "stock_tracker"), "stock"),
    **dict.fromkeys(("row_type", "gift_card", "store_view", "is_bundle", "condition"), "row_type"),
    **dict.fromkeys(("consumer_unit", "virtual", "update_delete"), "row_type"),
    **dict.fromkeys(("pictures", "own_pictures"), "pictures"),
    **dict.fromkeys(("group", "parent", "children", "row_id"), "group"),
    **dict.fromkeys(("price_excluding", "sku_other", "free_text", "features", "attributes", "serving"), "ask"),
    **dict.fromkeys(("magnesium_100g", "magnesium_serving", "ean_kind"), "ask"),
    **dict.fromkeys(("picture_position", "sale_from", "sale_to", "sale_dates", "ean_other"), "ignore"),
    "content": "net_quantity",
    "content_unit": "net_quantity (its unit)",
}
"""Our field for meanings that are not named after one."""
IGNORED = ("ignore", "ask")


class ColumnUse(Struct, frozen=True):
    """The meaning of a column, and the rule by which it is used, in words."""

    meaning: str
    shown: str
    """Our field, "ignore" or "ask", with the rule in words."""


def column_use(written: str) -> ColumnUse:
    """The use written in a layout: "meaning", "meaning (rule)" or "meaning = field with its rule"."""
    meaning, bracket, rule = written.partition(" (")
    if " = " in meaning:
        return ColumnUse(*written.split(" = ", 1))
    return ColumnUse(meaning, _SHOWN_AS.get(meaning, meaning) + bracket + rule)


IGNORE = column_use("ignore")


class Layout(Struct, frozen=True, forbid_unknown_fields=True):
    """A layout in `layouts.yaml`, whose head explains the fields."""

    name: str
    needs: tuple[tuple[str, ...], ...]
    columns: Mapping[str, str]
    vat: Literal["including", "ask", "stated"]
    group: Literal["continued", "shared", "parent", "children", "same_ean", "none"]
    decimals: Literal["point", "any"] = "any"
    asks_language: bool = False
    guarded: bool = False
    """Whether an apostrophe before = + - @ and a written backslash n come from the export itself."""
    feed: bool = False
    """Whether it is a feed: status and number in stock are not in it."""
    open_data: bool = False
    verified: bool = True
    patterns: tuple[tuple[str, str], ...] = field(default=())

    def uses(self, columns: Sequence[str]) -> tuple[ColumnUse, ...]:
        """The use of each column of a file, in their order. A description is the name where no other column is."""
        uses = [self._use(plain_heading(column)) for column in columns]
        is_name = all(use.meaning != "name" for use in uses)
        described = column_use("name" if is_name else "summary")
        return tuple(described if use.meaning == "name_or_summary" else use for use in uses)

    def _use(self, heading: str) -> ColumnUse:
        exact, wild = _compiled(self)
        if heading in exact:
            return exact[heading]
        return next((use for pattern, use in wild if pattern.search(heading)), IGNORE)

    def fits(self, headings: frozenset[str]) -> bool:
        """Whether one of the sets of needed headings is there."""
        return any(all(plain_heading(name) in headings for name in needed) for needed in self.needs)


def plain_heading(heading: str) -> str:
    """A heading as lower-case letters and digits with single blanks; the words in brackets stay.

    >>> plain_heading("g:Gewicht (kg)")
    'gewicht kg'
    """
    bare = unicodedata.normalize("NFKD", heading.replace("-\n", "")).casefold()
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", bare.removeprefix("g:")))


@cache
def layouts() -> tuple[Layout, ...]:
    """All layouts; the last one guesses by patterns."""
    return msgspec.convert(yaml.load(_LAYOUTS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader), tuple[Layout, ...])


def guessed_layout() -> Layout:
    """The layout of files that none of the others fits."""
    return layouts()[-1]


def layout_named(name: str) -> Layout | None:
    """A layout by its name, in any case, or its first word; None for an unknown one."""
    wanted = plain_heading(name)
    by_name = {plain_heading(layout.name): layout for layout in reversed(layouts())}
    by_word = {key.split()[0]: layout for key, layout in by_name.items()}
    return by_name.get(wanted) or by_word.get(wanted)


def recognise(columns: Sequence[str]) -> Layout | None:
    """The layout that fits the headings and knows most of them; the guessing one when none fits.

    None when not even that one knows the columns of a product.
    """
    headings = frozenset(map(plain_heading, columns))
    fitting = [layout for layout in layouts() if layout.fits(headings)]
    if fitting:
        return max(fitting, key=lambda layout: _known(layout, columns))
    guessed = guessed_layout()
    meanings = {use.meaning for use in guessed.uses(columns)}
    names_product = "name" in meanings and bool(meanings & {"sku", "ean"})
    return guessed if names_product and _known(guessed, columns) >= LEAST_GUESSED else None


def _known(layout: Layout, columns: Sequence[str]) -> int:
    return sum(use.meaning not in IGNORED for use in layout.uses(columns))


@cache
def _compiled_by_name(name: str) -> tuple[dict[str, ColumnUse], list[tuple[re.Pattern[str], ColumnUse]]]:
    layout = next(layout for layout in layouts() if layout.name == name)
    exact: dict[str, ColumnUse] = {}
    wild: list[tuple[re.Pattern[str], ColumnUse]] = []
    for heading, use in layout.columns.items():
        parsed = column_use(use)
        if "{n}" in heading:
            parts = map(re.escape, map(plain_heading, heading.split("{n}")))
            wild.append((re.compile(r"^" + r" ?[0-9]+ ?".join(parts) + "$"), parsed))
        else:
            exact[plain_heading(heading)] = parsed
    wild += [(re.compile(pattern), column_use(meaning)) for meaning, pattern in layout.patterns]
    return exact, wild


def _compiled(layout: Layout) -> tuple[dict[str, ColumnUse], list[tuple[re.Pattern[str], ColumnUse]]]:
    """The exact headings and the patterns of a layout; a layout has mappings and cannot be a key itself."""
    return _compiled_by_name(layout.name)
