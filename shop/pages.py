"""Pages that stand on their own: home, how the order comes about, privacy, who runs the shop."""

from flask import Blueprint, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from shop.database import get_ruleset
from shop.i18n import in_current_language, localized, preferred_language
from shop.kept_pages import same_for_all
from shop.seller import Seller

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
    return render_template("home.html", ruleset=get_ruleset())


@localized(bp, nl="/nl/zo-rangschikken-wij", en="/en/how-we-rank")
@same_for_all
def ranking() -> str:
    return render_template("ranking.html")


@localized(bp, nl="/nl/zo-kiezen-wij", en="/en/how-we-choose")
@same_for_all
def choosing() -> str:
    ruleset = get_ruleset()
    tie_break = ", ".join(in_current_language(form.short_name) for form in ruleset.ranked)
    return render_template("choosing.html", ruleset=ruleset, tie_break=tie_break)


@localized(bp, nl="/nl/privacy", en="/en/privacy")
@same_for_all
def privacy() -> str:
    return render_template("privacy.html")


@localized(bp, nl="/nl/toegankelijkheid", en="/en/accessibility")
@same_for_all
def accessibility() -> str:
    return render_template("accessibility.html", seller=get_seller())


@localized(bp, nl="/nl/colofon", en="/en/colophon")
@same_for_all
def colophon() -> str:
    return render_template("colophon.html", seller=get_seller())


def get_seller() -> Seller:
    seller: Seller = current_app.extensions["seller"]
    return seller
