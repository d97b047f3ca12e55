"""Bring the message catalogue up to date with the sources: uv run python -m tests.translations

Texts are written in English in the code; `shop/translations/nl` holds their Dutch. The compiled catalogue is
committed too, so that a fresh clone speaks Dutch.
"""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
PO = ROOT / "shop" / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
METHODS = [("shop/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true"}}
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


def source_messages() -> Catalog:
    """Every text in the code and the templates."""
    catalog = Catalog()
    found = extract_from_dir(
        ROOT, METHODS, OPTIONS, KEYWORDS, directory_filter=lambda folder: not Path(folder).name.startswith(".")
    )
    for _file, _line, message, _comments, _context in found:
        catalog.add(message)
    return catalog


def dutch_messages() -> Catalog:
    """The Dutch catalogue as it stands in the repository."""
    with PO.open("rb") as file:
        return read_po(file, locale="nl")


def compiled(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def update() -> None:
    """Add new texts, drop those that are gone, compile."""
    old = dutch_messages()
    catalog = Catalog(
        locale="nl",
        project="Magnesiumwijzer",
        version="1",
        msgid_bugs_address="",
        last_translator="Magnesiumwijzer",
        language_team="nl",
        fuzzy=False,
        header_comment="# Dutch interface texts.",
    )
    # Dates would change the file at every run.
    catalog.creation_date = catalog.revision_date = old.creation_date
    for message in source_messages():
        if message.id:
            known = old.get(message.id)
            catalog.add(message.id, string=known.string if known else None, flags=message.flags)
    with PO.open("wb") as file:
        write_po(file, catalog, omit_header=False, sort_output=True, width=110)
    MO.write_bytes(compiled(catalog))


if __name__ == "__main__":
    update()
