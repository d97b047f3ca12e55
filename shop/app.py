"""Application factory: settings, services, what every request passes, then one blueprint per feature."""

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from catalog.accounts import Vault
from catalog.ciphers import make_cipher
from catalog.db.engine import Databases
from catalog.orders.store import OrdersStore
from catalog.search.matching import load_search_data
from recommend.loading import load_ruleset
from recommend.medicines import load_medicines
from shop import admin, api
from shop.compare import views as compare
from shop.compounds import views as compounds
from shop.finder import answers_cookie
from shop.finder import views as finder
from shop.listing import facet_groups
from shop.listing import views as listing
from shop.ordering import checkout, guarantee, lost_link, order_page, order_words, restock, supply, withdrawal
from shop.ordering import notice as basket_notice
from shop.ordering import views as ordering
from shop.pages import texts as page_texts
from shop.pages import views as pages
from shop.payments import views as payments
from shop.product import pictures
from shop.product import views as product
from shop.settings import Settings, read_settings
from shop.web import (
    absolute_urls,
    basket_cookie,
    breadcrumbs,
    database,
    errors,
    health,
    i18n,
    mail,
    number_format,
    owner_settings,
    page_cache,
    planned_changes,
    request_headers,
    request_log,
    reviews,
    security,
    services,
    sitemap,
    static_files,
    templates,
    words,
)

PACKAGE = Path(__file__).parent
TEMPLATES = next(folder for folder in (PACKAGE / "templates", PACKAGE.parent / "templates") if folder.is_dir())
"""Inside the package when installed, beside it in a checkout."""
MAX_REQUEST_BYTES = 64 * 1024

EXTENSIONS = (
    database,
    request_log,
    reviews,
    planned_changes,
    static_files,  # early, so that it sees the answer as all others left it
    i18n,
    templates,
    number_format,
    words,
    pictures,
    facet_groups,
    owner_settings,
    page_texts,
    absolute_urls,
    breadcrumbs,
    answers_cookie,
    basket_cookie,
    order_words,
    basket_notice,
    security,
    admin,
    errors,
    page_cache,
)
"""Modules with `init_app`, in the order in which a request meets them; answers meet them in reverse."""
BLUEPRINTS = tuple(
    part.bp
    for part in (
        *(pages, listing, product, compounds, compare, finder, sitemap, health, api, pictures),
        *(ordering, checkout, order_page, withdrawal, lost_link, restock, supply, guarantee, payments),
    )
)
"""Of the admin, its own `init_app` registers the blueprint."""


class _Shop(request_log.Shop):
    jinja_environment = templates.PageTemplates


def create_app(settings: Settings | None = None) -> Flask:
    """The shop as a WSGI application. Raises SettingsError or RulesetError when it cannot serve rightly."""
    settings = settings or read_settings()
    app = _Shop("shop", template_folder=str(TEMPLATES), static_folder=None)
    _configure(app, settings)
    services.init_app(app, _make_services(settings))
    load_search_data()
    for extension in EXTENSIONS:
        extension.init_app(app)
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
        WTF_I18N_ENABLED=False,  # the forms' own base chooses the language
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.page_cache:
        page_cache.wrap(app)
    request_headers.init_app(app, settings.public_url)
    if settings.proxies:
        trusted = settings.proxies
        vars(app)["wsgi_app"] = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted, x_host=trusted)


def _make_services(settings: Settings) -> services.Services:
    return services.Services(
        settings=settings,
        ruleset=load_ruleset(settings.rules_dir),
        medicines=load_medicines(settings.rules_dir),
        databases=Databases(settings.database_url, settings.database_read_url),
        orders=OrdersStore(settings.orders_url),
        vault=Vault(settings.secret_key),
        answers_cipher=make_cipher(settings.secret_key, b"answers cookie"),
        basket_cipher=make_cipher(settings.secret_key, b"basket cookie"),
        checkout_cipher=make_cipher(settings.secret_key, b"checkout"),
        clock=services.system_clock,
        cache=page_cache.new_cache(),
        background=mail.new_worker(),
    )
