"""Rows of a file by the meanings of their columns, and the place of each: product, joined, skipped or asked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

from catalog.exchange.layouts.notes import Note, note
from catalog.exchange.layouts.recognition import ColumnUse, Layout
from catalog.exchange.reading import Row
from catalog.exchange.reading.table import text
from recommend.text import Text

Outcome = Literal["product", "joined", "skipped", "asked", "refused"]
_TOTALS = re.compile(r"(sub)?tota(a)?l(en|s)?\b|som\b|sum\b", re.IGNORECASE)
_NARROW = 4
"""Columns from which on a row with one cell alone is a title."""
_ROW_TYPES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("grouped", "external", "bundle", "giftcard", "gift_card", "affiliate"), ("skipped", "grouped")),
    **dict.fromkeys(("variable", "configurable", "parent"), ("parent", "")),
    **dict.fromkeys(("virtual", "downloadable", "service", "dienst", "subscription"), ("asked", "virtual")),
}
_YES = {"true", "1", "yes", "y", "ja", "j", "waar"}
_NO = {"false", "0", "no", "n", "nee", "onwaar"}
_NEW = {"", "new", "nieuw", "neu"}
_DEFAULT_OPTIONS = {"default title", "default"}


class MeantRow(Struct):
    """A row whose cells are found by meaning; of several columns with one meaning, the first filled one."""

    number: int
    cells: Mapping[str, Sequence[tuple[str, str]]]
    """By meaning: heading and text of each filled cell, in the order of the file."""
    faults: Mapping[str, tuple[str, str]]
    """By meaning: heading and code of a cell without a usable value."""
    typed: frozenset[str] = frozenset()
    """The meanings whose cell is a number, not text."""
    filled: int = 0
    error: Text | None = None

    def get(self, meaning: str) -> str:
        found = self.cells.get(meaning)
        return found[0][1] if found else ""

    def heading(self, meaning: str) -> str:
        found = self.cells.get(meaning)
        return found[0][0] if found else ""

    def says(self, meaning: str, words: Iterable[str]) -> bool:
        return self.get(meaning).strip().casefold() in words


class PlacedRow(Struct):
    """A row with its place among the others."""

    row: MeantRow
    outcome: Outcome = "product"
    why: Note | None = None
    parent: MeantRow | None = None
    """The row that gives what this one leaves out."""
    group: str = ""
    pictures: tuple[str, ...] = ()
    """Pictures of the whole group, in their order."""
    joined: list[int] = field(default_factory=list)
    """The rows that belong to this one."""
    translations: dict[str, MeantRow] = field(default_factory=dict)


def meant_row(row: Row, columns: Sequence[str], uses: Sequence[ColumnUse]) -> MeantRow:
    """A row of a table by the meanings of its columns."""
    cells: dict[str, list[tuple[str, str]]] = {}
    faults: dict[str, tuple[str, str]] = {}
    typed: set[str] = set()
    filled = 0
    codes = getattr(row, "faults", {})
    for place, (column, use) in enumerate(zip(columns, uses, strict=True)):
        if place in codes:
            faults.setdefault(use.meaning, (column, codes[place]))
            continue
        cell = row.cells[place] if place < len(row.cells) else None
        if value := text(cell):
            filled += 1
            if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
                typed.add(use.meaning)
            cells.setdefault(use.meaning, []).append((column, value))
    error = Text(row.error.text("nl"), row.error.text("en")) if row.error else None
    return MeantRow(row.number, cells, faults, frozenset(typed), filled, error)


def place_rows(rows: Sequence[MeantRow], layout: Layout, width: int) -> list[PlacedRow]:
    """The place of every row, in the order of the file."""
    placed = [PlacedRow(row) for row in rows]
    for one in placed:
        _set_aside(one, width)
    last_product = max((one.row.number for one in placed if one.outcome == "product"), default=0)
    for one in placed:
        if one.why and one.why.code == "section" and one.row.number > last_product:
            one.why = note("footnote")
    grouping = {
        "continued": _continue_groups,
        "shared": _share_groups,
        "parent": _join_parents,
        "children": _join_children,
        "same_ean": _join_same_ean,
        "none": _continue_nameless,
    }
    grouping[layout.group](placed)
    return placed


def _set_aside(placed: PlacedRow, width: int) -> None:
    """The outcome of rows that are no product by themselves."""
    row = placed.row
    first = next((value for found in row.cells.values() for _heading, value in found), "")
    words = [value for found in row.cells.values() for _heading, value in found if not _is_number(value)]
    if width >= _NARROW and row.filled == 1 and not row.faults:
        placed.outcome, placed.why = "skipped", note("totals" if _TOTALS.match(first) else "section")
    elif len(words) == 1 and _TOTALS.match(words[0]):
        placed.outcome, placed.why = "skipped", note("totals")
    elif row.says("gift_card", _YES):
        placed.outcome, placed.why = "skipped", note("gift-card")
    elif row.says("consumer_unit", _NO):
        placed.outcome, placed.why = "skipped", note("box-unit")
    elif row.says("update_delete", ("delete",)):
        placed.outcome, placed.why = "skipped", note("deleted")
    elif not row.says("condition", _NEW):
        placed.outcome, placed.why = "skipped", note("used", condition=row.get("condition"))
    elif row.says("is_bundle", _YES):
        placed.outcome, placed.why = "asked", note("bundle")
    elif row.says("virtual", _YES):
        placed.outcome, placed.why = "asked", note("virtual", type=Text("virtueel", "virtual"))
    else:
        _set_aside_by_type(placed)


def _set_aside_by_type(placed: PlacedRow) -> None:
    for word in re.split(r"[,;]", placed.row.get("row_type").casefold()):
        outcome, code = _ROW_TYPES.get(word.strip(), ("", ""))
        if outcome == "parent":
            placed.outcome = "joined"
        elif outcome:
            placed.outcome = "skipped" if outcome == "skipped" else "asked"
            placed.why = note(code, type=word.strip())


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"[€\s0-9.,%+-]+", value))


def _numbers(rows: Iterable[PlacedRow]) -> str:
    return ", ".join(str(one.row.number) for one in rows)


def options(row: MeantRow, meaning: str = "option_value") -> list[str]:
    """The options of a variant, without those of a product that has none."""
    single = row.get("option" if meaning == "option_value" else meaning)
    if single:
        parts = [part.rpartition(":")[2].strip() for part in re.split(r"[,;|]\s*(?=\w[^,;|]*:)", single)]
    else:
        parts = [value for _heading, value in row.cells.get(meaning, ())]
    return [part for part in parts if part.casefold() not in _DEFAULT_OPTIONS]


def picture_list(row: MeantRow, meaning: str = "pictures") -> list[str]:
    """The addresses of a row's pictures; a comma parts two addresses only where another address begins."""
    found: list[str] = []
    for _heading, value in row.cells.get(meaning, ()):
        parts = re.split(r"\s*[|;\n]\s*|,\s*(?=https?://|/)|,\s+", value.replace("\\,", "\0"))
        found += [part.replace("\0", ",").strip() for part in parts if part.strip()]
    return list(dict.fromkeys(found))


def _continue_groups(placed: list[PlacedRow]) -> None:
    """Groups whose first row has name, brand and status; rows with a picture alone belong to all of them."""
    groups: dict[str, list[PlacedRow]] = {}
    for one in placed:
        if one.outcome in {"product", "asked"} and (key := one.row.get("group")):
            groups.setdefault(key, []).append(one)
    for key, members in groups.items():
        first = members[0]
        variants = [one for one in members if one is first or _is_variant(one.row)]
        pictures = sorted(members, key=lambda one: _position(one.row.get("picture_position")))
        shared = tuple(dict.fromkeys(address for one in pictures for address in picture_list(one.row)))
        for one in members:
            one.pictures = shared
            if one not in variants:
                one.outcome, one.why = "joined", note("picture-row", rows=_numbers(variants))
            elif one is not first:
                one.parent = first.row
                one.outcome, one.why = first.outcome, first.why
            if one in variants:
                one.group = key if len(variants) > 1 else ""
                one.joined = [other.row.number for other in members if other not in variants]


def _is_variant(row: MeantRow) -> bool:
    return any(row.get(meaning) for meaning in ("sku", "price", "option_value", "ean"))


def _position(value: str) -> int:
    return int(value) if value.isdecimal() else 1_000_000


def _share_groups(placed: list[PlacedRow]) -> None:
    """Groups whose rows are complete; a parent row of the group is no product."""
    members: dict[str, list[PlacedRow]] = {}
    for one in placed:
        if key := one.row.get("group"):
            members.setdefault(key, []).append(one)
    for key, rows in members.items():
        variants = [one for one in rows if one.outcome in {"product", "asked"}]
        for one in variants:
            one.group = key if len(rows) > 1 else ""
    for one in placed:
        if one.outcome == "joined":
            key = one.row.get("group") or one.row.get("sku")
            children = [other for other in members.get(key, ()) if other is not one and other.outcome != "joined"]
            _join_parent(one, children, key, gives_pictures=True)


def _join_parent(parent: PlacedRow, children: Sequence[PlacedRow], key: str, *, gives_pictures: bool) -> None:
    for child in children:
        child.parent, child.group = parent.row, key
        child.pictures = tuple(picture_list(parent.row)) if gives_pictures else ()
    parent.why = note("parent-row", rows=_numbers(children)) if children else note("parent-alone")


def _join_parents(placed: list[PlacedRow]) -> None:
    """Variants that name their parent by its SKU or as "id:311"."""
    children: dict[str, list[PlacedRow]] = {}
    for one in placed:
        if key := one.row.get("parent"):
            children.setdefault(key.casefold(), []).append(one)
    for one in placed:
        keys = [one.row.get("sku"), f"id:{one.row.get('row_id')}"]
        mine = [child for key in keys if key for child in children.get(key.casefold(), ())]
        if one.outcome == "joined" or (mine and one.outcome == "product"):
            one.outcome = "joined"
            _join_parent(one, mine, keys[0] or keys[1], gives_pictures=True)


_CHILD_SKU = re.compile(r"(?:^|[|,])\s*sku=([^,|]+)", re.IGNORECASE)


def _join_children(placed: list[PlacedRow]) -> None:
    """Parents that name their variants, and rows of a store view with the texts of another language."""
    by_sku: dict[str, PlacedRow] = {}
    for one in placed:
        if sku := one.row.get("sku"):
            language = one.row.get("store_view")
            if language and sku in by_sku:
                owner = by_sku[sku]
                one.outcome, one.why = "joined", note("translation", language=language, rows=str(owner.row.number))
                owner.joined.append(one.row.number)
                owner.translations[language.casefold()[:2]] = one.row
            else:
                by_sku.setdefault(sku, one)
    for one in placed:
        if one.outcome == "joined" and one.why is None:
            skus = [sku.strip() for sku in _CHILD_SKU.findall(one.row.get("children"))]
            mine = [by_sku[sku] for sku in skus if sku in by_sku]
            _join_parent(one, mine, one.row.get("sku"), gives_pictures=False)


def _join_same_ean(placed: list[PlacedRow]) -> None:
    """Rows that repeat the EAN and name of the row above, with one nutrient or allergen more."""
    first: dict[str, PlacedRow] = {}
    for one in placed:
        ean = one.row.get("ean")
        if one.outcome != "product" or not ean:
            continue
        owner = first.setdefault(ean, one)
        if owner is not one and one.row.get("name") in {"", owner.row.get("name")}:
            one.outcome, one.why = "joined", note("continued", rows=str(owner.row.number))
            owner.joined.append(one.row.number)
    for one in placed:
        if one.outcome == "joined" and one.why is None:
            one.why = note("parent-alone")


def _continue_nameless(placed: list[PlacedRow]) -> None:
    """Rows without a name, number or EAN of their own continue the product above."""
    above: PlacedRow | None = None
    for one in placed:
        if one.outcome == "joined" and one.why is None:
            one.why = note("parent-alone")
        if one.outcome != "product":
            continue
        row = one.row
        if any(row.get(meaning) for meaning in ("sku", "ean", "name", "name_nl", "name_en")):
            above = one
        elif above is not None and not any(row.get(m) for m in ("price", "price_excluding", "price_including")):
            one.outcome, one.why = "joined", note("continued", rows=str(above.row.number))
            above.joined.append(row.number)
        else:
            one.outcome, one.why = "skipped", note("nothing")
