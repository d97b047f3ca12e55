"""A composition in one cell: "bisglycinate compound 618 mg elemental 87 mg; oxide/magnesium_oxide elemental 50 mg"."""

import re
from collections.abc import Iterable

from catalog.composition import LabelLine
from catalog.exchange.numbers import micrograms
from catalog.exchange.row_errors import CellRefusedError
from recommend.chemistry import UG_PER_MG
from recommend.naming import FormNames

_AMOUNT = r"([0-9][0-9.,]* ?[a-zµμ]+)"
_LINE = re.compile(
    rf"(?P<form>[^/]+?)(?:/(?P<salt>[a-z0-9_]+))?(?: (?:compound|verbinding) {_AMOUNT})?"
    rf"(?: (?:elemental|elementair) {_AMOUNT})?",
    re.IGNORECASE,
)
_HUNDREDTH = 10


def composition_text(composition: Iterable[LabelLine]) -> str:
    """A composition as one cell; `read_composition` gives it back exactly."""
    return "; ".join(map(_line, composition))


def _line(stated: LabelLine) -> str:
    salt = f"/{stated.salt}" if stated.salt else ""
    compound = f" compound {_amount(stated.compound_ug)}" if stated.compound_ug is not None else ""
    elemental = f" elemental {_amount(stated.elemental_ug)}" if stated.elemental_ug is not None else ""
    return f"{stated.form}{salt}{compound}{elemental}"


def _amount(ug: int) -> str:
    """Milligrams with at most two decimals, since three could be read as thousands; what is finer in micrograms."""
    if ug % _HUNDREDTH:
        return f"{ug} ug"
    whole, rest = divmod(ug, UG_PER_MG)
    return f"{whole}.{rest // _HUNDREDTH:02}".rstrip("0").rstrip(".") + " mg" if rest else f"{whole} mg"


def read_composition(text: str, names: FormNames) -> tuple[LabelLine, ...]:
    """The lines of a composition. Raises CellRefusedError."""
    return tuple(_stated(part.strip(), names) for part in text.split(";") if part.strip())


def _stated(line: str, names: FormNames) -> LabelLine:
    match = _LINE.fullmatch(line)
    if match is None:
        raise CellRefusedError("not-a-composition")
    compound, elemental = match[3], match[4]
    return LabelLine(
        one_form(match["form"], names),
        match["salt"],
        micrograms(compound) if compound else None,
        micrograms(elemental) if elemental else None,
    )


def one_form(text: str, names: FormNames) -> str:
    """The form that a text names. Raises CellRefusedError when it is none, several or not known."""
    named = names.named_in(text)
    if named.asked:
        raise CellRefusedError("which-form", words=named.asked[0])
    if not named.forms:
        raise CellRefusedError("which-form", words=text)
    if len(named.forms) > 1:
        raise CellRefusedError("several-forms", forms=names.listed(named.forms))
    return named.forms[0]
