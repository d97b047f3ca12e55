"""The shop's own article, from `recommend/data/guide.yaml`."""

from flask import Blueprint, render_template

from shop.database import get_ruleset
from shop.i18n import localized

bp = Blueprint("guide", __name__)


@localized(bp, nl="/nl/gids/magnesium-en-het-zenuwstelsel", en="/en/guide/magnesium-and-the-nervous-system")
def article() -> str:
    ruleset = get_ruleset()
    return render_template("guide.html", guide=ruleset.guide, ruleset=ruleset)


@localized(bp, nl="/nl/gids/", en="/en/guide/")
def index() -> str:
    return article()
