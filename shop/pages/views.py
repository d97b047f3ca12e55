"""Pages of text: home, guide, how we rank and choose, privacy, accessibility, colophon."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.queries.products import best_of_forms
from recommend.chemistry import UG_PER_MG
from shop.finder.answers_cookie import visitor_stops
from shop.pages.choosing import LONGEST_SEARCH, choosing_page
from shop.pages.texts import edited_guide, render_page
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language, in_current_language, localized, preferred_language
from shop.web.owner_settings import seller
from shop.web.page_cache import never_cache, same_for_all

bp = Blueprint("pages", __name__)

FORMS_AT_HOME = 3
"""Forms with a product on the home page."""


@bp.get("/")
def root() -> Response:
    """Send the visitor to the language the browser asks for."""
    response = redirect(url_for("pages.home", lang=preferred_language()))
    response.vary.add("Accept-Language")
    return response


@localized(bp, nl="/nl/", en="/en/")
@same_for_all
def home() -> str:
    """The finder's first question, three products and what is checked; with a stop the products stay folded."""
    ruleset = get_ruleset()
    compounds = [
        [form.id for form in ruleset.forms.values() if form.record == compound.record]
        for compound in ruleset.ranked_compounds[:FORMS_AT_HOME]
    ]
    limit_ug = ruleset.manifest.dose.upper_limit_mg * UG_PER_MG
    return render_page(
        "home",
        ruleset=ruleset,
        guide_title=edited_guide().title,
        products=best_of_forms(get_session(), compounds, most_ug_per_day=limit_ug),
        stops=visitor_stops(ruleset),
    )


@localized(bp, nl="/nl/zo-rangschikken-wij", en="/en/how-we-rank")
@same_for_all
def ranking() -> str:
    return render_template("pages/ranking.html")


@localized(bp, nl="/nl/zo-kiezen-wij", en="/en/how-we-choose")
@same_for_all
def choosing() -> str:
    ruleset = get_ruleset()
    tie_break = ", ".join(in_current_language(form.short_name) for form in ruleset.ranked)
    page = choosing_page(request.args.get("q", ""), ruleset, current_language())
    if page.typed:
        never_cache()  # the page says what was typed
    return render_template(
        "pages/choosing.html",
        page=page,
        ruleset=ruleset,
        tie_break=tie_break,
        longest_search=LONGEST_SEARCH,
        **({"robots": "noindex, nofollow"} if page.typed else {}),
    )


@localized(bp, nl="/nl/privacy", en="/en/privacy")
@same_for_all
def privacy() -> str:
    return render_page("privacy")


@localized(bp, nl="/nl/toegankelijkheid", en="/en/accessibility")
@same_for_all
def accessibility() -> str:
    return render_page("accessibility", seller=seller())


@localized(bp, nl="/nl/contact", en="/en/contact")
@same_for_all
def contact() -> str:
    return render_page("contact", seller=seller())


@localized(bp, nl="/nl/colofon", en="/en/colophon")
@same_for_all
def colophon() -> str:
    return render_page("colophon", seller=seller())


@localized(bp, nl="/nl/gids/magnesium-en-het-zenuwstelsel", en="/en/guide/magnesium-and-the-nervous-system")
@same_for_all
def guide() -> str:
    return render_page("guide", guide=edited_guide(), ruleset=get_ruleset())


@localized(bp, nl="/nl/gids/", en="/en/guide/")
def guide_index() -> Response:
    """A redirect to the guide's one article."""
    return redirect(url_for("pages.guide"))
