"""`shop worker`: the outbox's worker in a process of its own."""

import signal
import threading

import click

from shop.cli.serve import make_ready


@click.command()
def worker() -> None:
    """Send mails and refunds, make documents and ask payment providers, until SIGTERM."""
    make_ready()
    from shop.app import create_app
    from shop.outbox.worker import work
    from shop.web.request_log import log_to_stderr

    log_to_stderr()
    app, stop = create_app(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo("Worker: waiting for jobs", err=True)
    work(app, stop)
