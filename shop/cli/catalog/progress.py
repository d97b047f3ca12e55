"""A progress bar on standard error, for what goes through many products."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Gives a function that takes how many are done of how many; the bar shows from the first call with a total."""
    bar: Any = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        if bar is None and done:
            bar = click.progressbar(length=total, label=label, file=sys.stderr)
            bar.render_progress()
        if bar is not None:
            bar.update(done - bar.pos)

    try:
        yield show
    finally:
        if bar is not None:
            bar.render_finish()
