"""`shop dev`: tools of a checkout: message catalogues, mutation testing, benchmarks."""

import io
import subprocess
import sys
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent.parent
PO = ROOT / "shop" / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
METHODS = [("shop/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true"}}
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PASSED_ON = {"ignore_unknown_options": True, "help_option_names": []}


@click.group()
def dev() -> None:
    """Work on the shop itself; needs a checkout, not an installed package."""
    if not (ROOT / "tests").is_dir():
        raise click.ClickException(f"{ROOT} is no checkout of the shop: its tests are missing")


@dev.command()
def translations() -> None:
    """Bring the Dutch message catalogue up to date with code and templates, and compile it.

    Texts are written in English in the code; the compiled catalogue is committed, so that a fresh clone is bilingual.
    """
    update_translations()
    missing = [message.id for message in dutch_messages() if message.id and not message.string]
    for text in missing:
        click.echo(f"no Dutch yet: {text!r}")


@dev.command(context_settings=PASSED_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Run a benchmark by its name (default: pages), with its own options."""
    _run_bench(arguments)


@dev.command(context_settings=PASSED_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def mutation(arguments: tuple[str, ...]) -> None:
    """Change rules, notes and texts one by one and list the changes that nothing notices; --texts: texts alone."""
    _run_bench(("mutation", *arguments))


def _run_bench(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "tests.bench", *arguments]
    raise SystemExit(subprocess.run(command, cwd=ROOT, check=False).returncode)  # noqa: S603 - the developer's own words


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
    """The Dutch catalogue of the repository."""
    with PO.open("rb") as file:
        return read_po(file, locale="nl")


def compiled(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def update_translations() -> None:
    """Add new texts to the catalogue, drop those that are gone, compile it."""
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
