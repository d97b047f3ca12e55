"""`shop serve`: make the catalogue on the first run, then serve with gunicorn."""

from typing import Any

import click
from gunicorn.app.base import BaseApplication

from recommend.consistency import RulesetError
from shop.settings import SettingsError, read_settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the shop until SIGTERM, which lets requests under way finish."""
    from shop.database import prepare_catalogue

    try:
        prepare_catalogue(read_settings())
    except (SettingsError, RulesetError) as error:
        raise click.ClickException(str(error)) from error
    address = f"[{host}]" if ":" in host else host
    _Server(
        {
            "bind": f"{address}:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": 4,
            "graceful_timeout": 30,
            "timeout": 60,
            "accesslog": None,  # addresses and cookies of visitors are not logged
            "loglevel": "warning",
            "when_ready": _announce,
        }
    ).run()


def _announce(server: Any) -> None:
    """Print the address once the shop really listens there."""
    for listener in server.LISTENERS:
        click.echo(f"Magnesiumwijzer: {listener}/")


class _Server(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for key, value in self.options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        from shop import create_app

        return create_app()
