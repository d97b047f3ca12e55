"""Forms: the base that every form of the shop inherits, tick boxes, and the page that shows a form."""

import re
import unicodedata
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import make_response, render_template
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import Field, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from shop.web.i18n import current_language, gettext

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?![^@]{{65}})(?!.*=\?){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")
"""One address as mail servers write it (RFC 5321), without quotes, comments, lists and encoded words, which a header
would read in another way."""


def one_line(value: object) -> str:
    """A text as typed, on one line, with accents as signs of their own put into their letters."""
    return unicodedata.normalize("NFC", " ".join(str(value or "").split()))


def printable_line(value: object) -> str:
    """The same without control signs, for texts in which anything else may be said."""
    return "".join(sign for sign in one_line(value) if sign.isprintable())


def email_line(value: object) -> str:
    """An e-mail address in lower case, with a domain in other letters as mail servers write it."""
    local, at, domain = one_line(value).lower().rpartition("@")
    try:
        return local + at + (domain if domain.isascii() else domain.encode("idna").decode())
    except UnicodeError:
        return local + at + domain


def require_email(_form: Any, field: Field) -> None:
    """Validator: one e-mail address and nothing else."""
    if field.data and not _ADDRESS.fullmatch(field.data):
        raise ValidationError(gettext("Enter an e-mail address like name@example.com."))


class ShopForm(FlaskForm):
    """A form whose built-in messages are in the language of the page."""

    class Meta(FlaskForm.Meta):
        @property
        def locales(self) -> Sequence[str]:
            return [current_language()]

    def field_or_none(self, name: str) -> Field | None:
        """A field that the form has only for some people."""
        return self[name] if name in self else None  # noqa: SIM401 - no dictionary


class Ticks(SelectMultipleField):
    """Tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def render_form(template: str, form: Any, **values: Any) -> Response:
    """The page of a form; 422 when something in it must be corrected."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return make_response(render_template(template, form=form, **values), status)
