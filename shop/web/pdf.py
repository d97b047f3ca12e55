"""PDF of a document: a Typst template of ours and its contents, which are read as data and never as markup."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import current_app


def make_pdf(template: str, contents: str, day: date) -> bytes:
    """The PDF/UA-1 of contents as JSON; one with letters that no font here has, such as Chinese ones, is a plain PDF.

    The same contents of one day give the same bytes.
    """
    import typst  # 80 MB, so it is loaded with the first document

    folder = Path(current_app.root_path, current_app.template_folder or "", "documents")
    moment = int(datetime(day.year, day.month, day.day).timestamp())  # noqa: DTZ001 - a day
    options: dict[str, Any] = {"sys_inputs": {"document": contents}, "ignore_system_fonts": True, "timestamp": moment}
    made: bytes
    try:
        made = typst.compile(str(folder / template), format="pdf", pdf_standards="ua-1", **options)
    except typst.TypstError:
        made = typst.compile(str(folder / template), format="pdf", **options)
    return made
