"""Pages of the forms of magnesium: all of them, and one each with its evidence and products."""

from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from catalog.queries.products import OfForm, products_of_form
from shop.compounds.page import compound_page
from shop.finder.answers_cookie import visitor_stops
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import localized
from shop.web.page_cache import same_for_all

bp = Blueprint("compounds", __name__)


@localized(bp, nl="/nl/vormen", en="/en/forms")
@same_for_all
def index() -> str:
    ruleset = get_ruleset()
    not_permitted = [form for form in ruleset.forms.values() if ruleset.forms[form.record].annex_ii is None]
    return render_template(
        "compounds/index.html",
        ruleset=ruleset,
        pages=[compound_page(form, ruleset) for form in ruleset.ranked_compounds],
        permitted=ruleset.other_forms,
        not_permitted=not_permitted,
    )


@localized(bp, nl="/nl/vormen/<form>", en="/en/forms/<form>")
@same_for_all
def compound(form: str) -> str | Response:
    ruleset = get_ruleset()
    if form not in ruleset.forms:
        abort(404)
    record = ruleset.forms[form].record
    if record != form:  # another name on labels for the same compound
        return redirect(url_for("compounds.compound", form=record), HTTPStatus.MOVED_PERMANENTLY)
    page = compound_page(ruleset.forms[form], ruleset)
    found = products_of_form(get_session(), page.names) if page.permitted else OfForm((), 0)
    return render_template(
        "compounds/compound.html", page=page, found=found, ruleset=ruleset, stops=visitor_stops(ruleset)
    )
