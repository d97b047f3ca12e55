"""Parts of a request to a product's pages: product, version, reasons, author, right to change."""

import re
import unicodedata
from http import HTTPStatus
from typing import Any

from flask import abort, request
from sqlalchemy.exc import NoResultFound

from catalog.edits.edit import Author
from catalog.edits.products import product_to_edit
from catalog.edits.validation import HIGH_DOSE
from catalog.models import How, Product, Status
from shop.admin.permissions import may
from shop.admin.session import author_of_request, role_of_request
from shop.web.database import get_session
from shop.web.services import now

LARGEST_ID = 2**31 - 1
"""Of PostgreSQL's integers; a database is not asked for a larger id, since it fails instead of finding nothing."""
LONGEST_REASON = 500
_AMOUNT = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def load(product_id: int) -> Product:
    """A product or 404."""
    try:
        return product_to_edit(get_session(), product_id if product_id <= LARGEST_ID else 0)
    except NoResultFound:
        abort(HTTPStatus.NOT_FOUND)


def whole_number(text: str, otherwise: int, *, digits: int = 7) -> int:
    """A number as somebody's address or form has it; `otherwise` for what is none or longer than `digits`."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else otherwise


def read_version(text: str, product: Product) -> int:
    """The version that a form started from; one that never was is the present one's conflict with the first."""
    version = whole_number(text, 0, digits=9)
    return version if 1 <= version <= product.version else 1


def author_of_form(reason: str = "", how: How = How.FORM) -> Author:
    """The author of an edit: the signed-in user, at this moment."""
    return Author(who=author_of_request(), how=how, at=now(), reason=one_line(reason))


def one_line(text: str) -> str:
    """A short field's text on one line, without control characters, cut to LONGEST_REASON."""
    plain = "".join(" " if unicodedata.category(character) in {"Cc", "Cs"} else character for character in text)
    return " ".join(plain.split())[:LONGEST_REASON]


def posted_reasons() -> dict[str, str]:
    """The reasons that were filled in, by finding; one for a high daily portion only from who may publish."""
    found = {}
    for name, text in request.form.items():
        identity = name.removeprefix("reason-")
        if identity != name and _may_accept(identity) and one_line(text):
            found[identity] = one_line(text)
    return found


def _may_accept(finding: str) -> bool:
    amount = finding.removeprefix(HIGH_DOSE)
    if amount != finding:
        return bool(_AMOUNT.fullmatch(amount)) and may(role_of_request(), "product.publish")
    return len(finding) == 32 and finding.isalnum()  # noqa: PLR2004 - its hash


def carried_values() -> list[tuple[str, Any]]:
    """The typed values, to be carried by another page."""
    left_out = {"csrf_token", "press", "version", "take", "seen"}
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in left_out and not name.startswith("choose-")
    ]


def require_right_to_change(product: Product) -> None:
    """403 for who may not change it: what is or was public takes a publisher."""
    if product.status is not Status.DRAFT and not may(role_of_request(), "product.publish"):
        abort(HTTPStatus.FORBIDDEN)
