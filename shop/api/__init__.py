"""The JSON API, version 1: the advice, and the knowledge and products behind it. It neither reads nor sets cookies."""

from flask import Blueprint

from shop.api.openapi import DESCRIBED, description

bp = Blueprint("api", __name__, url_prefix="/api/v1")
for endpoint in DESCRIBED:
    bp.add_url_rule(endpoint.path, view_func=endpoint.view, methods=[endpoint.method])
bp.add_url_rule("/openapi.json", view_func=description)
