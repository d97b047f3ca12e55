"""The application factory: every part of the shop put together, in the order in which a request meets them."""

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from recommend.loading import load_ruleset
from shop import (
    addresses,
    admin,
    answers_cookie,
    api,
    browse,
    cards,
    compare,
    crawlers,
    database,
    delivery,
    errors,
    facets,
    finder,
    form_pages,
    formats,
    guide,
    health,
    i18n,
    kept_pages,
    media,
    pages,
    security,
    structured,
    vocabulary,
    watch,
)
from shop.settings import Settings, read_settings

TEMPLATES = Path(__file__).parent.parent / "templates"
MAX_REQUEST_BYTES = 64 * 1024
BLUEPRINTS = tuple(
    part.bp for part in (pages, guide, browse, form_pages, compare, crawlers, finder, health, api, media)
)
"""Of the admin, `add_admin` registers its own."""


def create_app(settings: Settings | None = None) -> Flask:
    """The shop as a WSGI application. Raises SettingsError or RulesetError when it cannot serve rightly."""
    settings = settings or read_settings()
    app = watch.Shop("shop", template_folder=str(TEMPLATES), static_folder=None)
    _configure(app, settings)
    _put_together(app, settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # the token lasts as long as its session, so a slow reader loses nothing
        BABEL_DEFAULT_LOCALE=i18n.DEFAULT,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["seller"] = settings.seller
    app.extensions["ruleset"] = load_ruleset(settings.rules_dir)
    if settings.proxies:
        trusted = settings.proxies
        vars(app)["wsgi_app"] = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted, x_host=trusted)


def _put_together(app: Flask, settings: Settings) -> None:
    """What looks at every request: first come first at requests, and last at answers."""
    database.open_database(app, settings)
    watch.watch_requests(app)
    kept_pages.keep_pages(app, settings)
    delivery.deliver(app)  # these are early, so that they see the answer as all others left it
    i18n.speak(app)
    formats.add_formats(app)
    vocabulary.add_vocabulary(app)
    media.add_pictures(app)
    facets.add_facets(app)
    addresses.give_addresses(app, settings)
    structured.describe(app)
    answers_cookie.keep_answers_in_cookie(app)
    security.harden(app)
    admin.add_admin(app, settings.secret_key)
    errors.answer_errors(app)
    kept_pages.answer_from_kept(app)
    cards.keep_cards(app)
