"""What a product shall be after a row: what the row says, laid over what is there."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import msgspec

from catalog.composition import LabelLine
from catalog.exchange.columns import MOST_FORMS
from catalog.exchange.row_errors import CellRefusedError, RowError
from catalog.exchange.row_reader import ParsedRow, RowReader
from catalog.exchange.values import made_slug
from catalog.models import DosageForm, Unit
from catalog.product_state import ProductState
from recommend.chemistry import half_up
from recommend.naming import FormNames, Named

_UNIT_OF = {
    DosageForm.CAPSULE: Unit.CAPSULE,
    DosageForm.TABLET: Unit.TABLET,
    DosageForm.POWDER: Unit.SCOOP,
    DosageForm.LIQUID: Unit.ML,
}
_DOSAGE_FORM_OF = {unit: form for form, unit in _UNIT_OF.items()}


def state_after(said: ParsedRow, before: ProductState | None, reader: RowReader) -> ProductState | None:
    """The product after the row; None when the row has faults, which are added to it."""
    stated = dict(said.fields)
    if "price_eur" in stated:
        stated["price_cents"] = stated.pop("price_eur")
    if reader.mapping is not None:
        stated["supplier"] = reader.mapping.supplier
        composition = _composition(said, before, reader)
        if composition is not None:
            stated["composition"] = composition
    if before is None:
        _complete(said, stated)
    elif not stated.get("slug", ""):
        stated.pop("slug", None)
    if said.faults:
        return None
    return ProductState(**stated) if before is None else msgspec.structs.replace(before, **stated)


def _complete(said: ParsedRow, stated: dict[str, Any]) -> None:
    """What a new product needs and a row may leave to be worked out."""
    if "dosage_form" not in stated and "unit" in stated:
        stated["dosage_form"] = _DOSAGE_FORM_OF[stated["unit"]]
    elif "unit" not in stated and "dosage_form" in stated:
        stated["unit"] = _UNIT_OF[stated["dosage_form"]]
    elif "unit" not in stated and not any(fault.column in ("unit", "dosage_form") for fault in said.faults):
        said.faults.append(RowError("required", {}, said.number, "dosage_form"))
    if not stated.get("slug"):
        stated["slug"] = made_slug(stated.get("name_nl") or stated.get("name_en") or "", said.sku)


def _composition(said: ParsedRow, before: ProductState | None, reader: RowReader) -> tuple[LabelLine, ...] | None:
    """The composition that a supplier's form columns say; None when they say nothing."""
    lines: list[LabelLine] = []
    told = False
    for place in range(1, MOST_FORMS + 1):
        suffix = "" if place == 1 else f"_{place}"
        targets = [f"{name}{suffix}" for name in ("form", "compound", "elemental", "elemental_per_day")]
        if any(target in said.values for target in targets):
            told = True
            try:
                lines += _lines(said, before, suffix, reader.names)
            except CellRefusedError as refused:
                column = reader.column_of(targets[0])
                value = reader.value_of(said, column)
                said.faults.append(RowError(refused.code, refused.values, said.number, column, value))
    if not told:
        return None
    return tuple(_with_what_is_known(line, before) for line in lines)


def _lines(said: ParsedRow, before: ProductState | None, suffix: str, names: FormNames) -> Iterator[LabelLine]:
    named: Named = said.values.get(f"form{suffix}", Named())
    compound = said.values.get(f"compound{suffix}")
    elemental = said.values.get(f"elemental{suffix}")
    per_day = said.values.get(f"elemental_per_day{suffix}")
    if named.asked:
        raise CellRefusedError("which-form", words=named.asked[0])
    if elemental is None and per_day is not None:
        portion = said.fields.get("units_per_day") or (before.units_per_day if before else 0)
        if not portion:
            raise CellRefusedError("portion-unknown")
        elemental = half_up(Fraction(per_day, portion))
    has_amount = compound is not None or elemental is not None
    if has_amount and not named.forms:
        raise CellRefusedError("amount-without-form")
    if has_amount and len(named.forms) > 1:
        raise CellRefusedError("several-forms", forms=names.listed(named.forms))
    return (LabelLine(form, None, compound, elemental) for form in named.forms)


def _with_what_is_known(line: LabelLine, before: ProductState | None) -> LabelLine:
    """A line without amounts keeps those that somebody filled in for this form."""
    known = next((old for old in before.composition if old.form == line.form), None) if before else None
    if known is None:
        return line
    if line.compound_ug is None and line.elemental_ug is None:
        return known
    return msgspec.structs.replace(line, salt=known.salt)
