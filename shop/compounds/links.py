"""Links to the page of a form of magnesium."""

from flask import url_for

from recommend.knowledge import Form


def compound_url(form: Form) -> str:
    """The address of a form's page."""
    return url_for("compounds.compound", form=form.id)
