"""Blueprint of all admin pages; a module of pages imports it and declares on each view what it requires."""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")
