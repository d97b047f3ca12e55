"""Forms: the base that every form of the shop inherits, tick boxes, and the page that shows a form."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import make_response, render_template
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from shop.web.i18n import current_language


class ShopForm(FlaskForm):
    """A form whose built-in messages are in the language of the page."""

    class Meta(FlaskForm.Meta):
        @property
        def locales(self) -> Sequence[str]:
            return [current_language()]


class Ticks(SelectMultipleField):
    """Tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def render_form(template: str, form: Any, **values: Any) -> Response:
    """The page of a form; 422 when something in it must be corrected."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return make_response(render_template(template, form=form, **values), status)
