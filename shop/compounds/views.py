"""Pages of the forms of magnesium: all of them, and one each with its evidence and products."""

from flask import Blueprint, abort, render_template

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
    ranked = set(ruleset.manifest.ranked_forms)
    others = [form for form in ruleset.forms.values() if form.id not in ranked]
    return render_template(
        "compounds/index.html",
        ruleset=ruleset,
        pages=[compound_page(form, ruleset) for form in ruleset.ranked],
        permitted=[form for form in others if ruleset.forms[form.record].annex_ii is not None],
        not_permitted=[form for form in others if ruleset.forms[form.record].annex_ii is None],
    )


@localized(bp, nl="/nl/vormen/<form>", en="/en/forms/<form>")
@same_for_all
def compound(form: str) -> str:
    ruleset = get_ruleset()
    if form not in ruleset.forms:
        abort(404)
    page = compound_page(ruleset.forms[form], ruleset)
    found = products_of_form(get_session(), form) if page.permitted else OfForm((), 0)
    return render_template(
        "compounds/compound.html", page=page, found=found, ruleset=ruleset, stops=visitor_stops(ruleset)
    )
