"""Pages of text: home, guide, how we rank and choose, privacy, accessibility, colophon."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from shop.pages.choosing import LONGEST_SEARCH, choosing_page
from shop.web.database import get_ruleset
from shop.web.i18n import current_language, in_current_language, localized, preferred_language
from shop.web.page_cache import never_cache, same_for_all
from shop.web.services import services

bp = Blueprint("pages", __name__)


@bp.get("/")
def root() -> Response:
    """Send the visitor to the language the browser asks for."""
    response = redirect(url_for("pages.home", lang=preferred_language()))
    response.vary.add("Accept-Language")
    return response


@localized(bp, nl="/nl/", en="/en/")
@same_for_all
def home() -> str:
    return render_template("pages/home.html", ruleset=get_ruleset())


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
    return render_template("pages/privacy.html")


@localized(bp, nl="/nl/toegankelijkheid", en="/en/accessibility")
@same_for_all
def accessibility() -> str:
    return render_template("pages/accessibility.html", seller=services().settings.seller)


@localized(bp, nl="/nl/colofon", en="/en/colophon")
@same_for_all
def colophon() -> str:
    return render_template("pages/colophon.html", seller=services().settings.seller)


@localized(bp, nl="/nl/gids/magnesium-en-het-zenuwstelsel", en="/en/guide/magnesium-and-the-nervous-system")
@same_for_all
def guide() -> str:
    ruleset = get_ruleset()
    return render_template("pages/guide.html", guide=ruleset.guide, ruleset=ruleset)


@localized(bp, nl="/nl/gids/", en="/en/guide/")
def guide_index() -> Response:
    """A redirect to the guide's one article."""
    return redirect(url_for("pages.guide"))
