"""The shop with what the benchmark measures against; none of it exists in the shop that is served to people.

`/bench/bare` is a constant page that never reaches Flask, `/bench/null` the same from a Flask view, and
`/bench/render/TEMPLATE` renders a template anew from what it was last given by a request with the header CAPTURE.
"""

from typing import Any

from flask import Flask, before_render_template, render_template, request

from shop.app import create_app
from shop.web.page_cache import new_cache
from shop.web.services import services_of

CAPTURE = "X-Bench-Capture"
PAGE = "<!doctype html><title>x</title>" + "x" * 30_000


def create_bench_app() -> Any:
    """A WSGI application: the shop, the two endpoints, and the bare page in front."""
    app = create_app()
    bare = PAGE.encode()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(bare)))]
    app.add_url_rule("/bench/null", "bench_null", lambda: PAGE)
    _add_render(app)

    def wsgi(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/bench/bare":
            start_response("200 OK", headers)
            return [bare]
        return app(environ, start_response)

    return wsgi


def _add_render(app: Flask) -> None:
    given: dict[str, dict[str, Any]] = {}

    def capture(_app: Flask, template: Any, context: dict[str, Any], **_rest: Any) -> None:
        if CAPTURE in request.headers:
            ambient: dict[str, Any] = {}
            app.update_template_context(ambient)
            given[template.name] = {key: value for key, value in context.items() if key not in ambient}

    before_render_template.connect(capture, app, weak=False)

    kept = services_of(app).cache

    @app.before_request
    def render_all_anew() -> None:
        """`render` is the whole template: it takes no kept card, nor does what it captures."""
        anew = CAPTURE in request.headers or request.path.startswith("/bench/render/")
        services_of(app).cache = new_cache(most_bytes=0) if anew else kept

    @app.get("/bench/render/<path:template>")
    def bench_render(template: str) -> str:
        return render_template(template, **given[template])
