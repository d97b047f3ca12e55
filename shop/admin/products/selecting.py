"""Which products are chosen: ticked ones, carried from page to page in the address, or all that match a filter."""

import re
from collections.abc import Iterable, Sequence

from werkzeug.datastructures import MultiDict

MOST_TICKED = 500
LARGEST_ID = 2**31 - 1
_NUMBER = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


def read_ids(texts: Iterable[str]) -> list[int]:
    """Ids in order, once each; what is no id is left out."""
    numbers = (int(text) for text in texts if _NUMBER.fullmatch(text))
    return list(dict.fromkeys(number for number in numbers if number <= LARGEST_ID))


def chosen_in_address(args: MultiDict[str, str]) -> list[int]:
    return read_ids(args.get("chosen", "").split(".")[:MOST_TICKED])


def chosen_in_form(form: MultiDict[str, str]) -> list[int]:
    """What is ticked on this page and what was kept from others."""
    return read_ids([*form.get("kept", "").split(".")[:MOST_TICKED], *form.getlist("id")])


def as_word(ids: Sequence[int]) -> str:
    """Ids as they stand in an address."""
    return ".".join(map(str, ids))
