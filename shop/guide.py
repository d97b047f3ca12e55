"""The shop's own article, from `recommend/data/guide.yaml`."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from shop.database import get_ruleset
from shop.i18n import localized
from shop.kept_pages import same_for_all

bp = Blueprint("guide", __name__)


@localized(bp, nl="/nl/gids/magnesium-en-het-zenuwstelsel", en="/en/guide/magnesium-and-the-nervous-system")
@same_for_all
def article() -> str:
    ruleset = get_ruleset()
    return render_template("guide.html", guide=ruleset.guide, ruleset=ruleset)


@localized(bp, nl="/nl/gids/", en="/en/guide/")
def index() -> Response:
    """The guide has one article; its folder leads there."""
    return redirect(url_for("guide.article"))
