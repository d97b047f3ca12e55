"""Imports that the worker does: asked for, watched and cancelled from any page, also after the browser was closed."""

from http import HTTPStatus
from itertools import takewhile
from typing import NamedTuple

from flask import abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from catalog.models import Upload
from catalog.orders import import_runs
from catalog.orders.models import ImportOutcome, ImportRun, ImportTask
from shop.admin.blueprint import bp
from shop.admin.import_words import counts_of, end_of
from shop.admin.permissions import requires
from shop.admin.products.request import LARGEST_ID
from shop.admin.session import author_of_request
from shop.web.database import only_reads_catalogue
from shop.web.services import now, services

_ENDED_SHOWN = 5


class EndedRun(NamedTuple):
    """A run that ended, the words for it, and the number of its batch when it imported anything."""

    run: ImportRun
    end: str
    batch: int | None


def ask_worker(
    upload: Upload, task: ImportTask, *, plan: str = "", skip_bad: bool = False, correct_addresses: bool = False
) -> None:
    """Put a step of an import into the worker's queue; one that waits or runs already stays as it is."""
    run = ImportRun(
        upload_id=upload.id,
        name=upload.name,
        task=task,
        asked_at=now(),
        who=author_of_request(),
        plan=plan,
        skip_bad=skip_bad,
        correct_addresses=correct_addresses,
        attempts=0,
        done=0,
        rows=0,
        is_cancelled=False,
        beat_at=None,
        ended_at=None,
        outcome=None,
        detail="",
    )
    with services().orders.writing() as session:
        import_runs.ask(session, run)


def run_of_upload(upload_id: int, upload: Upload | None) -> ImportRun | None:
    """The worker's last run for an upload, also for one that was carried out and is gone."""
    if upload_id > LARGEST_ID:
        return None
    with services().orders.reading() as session:
        return import_runs.run_of(session, upload_id, since=upload.at if upload else None)


def runs_by_upload() -> dict[int, ImportRun]:
    """The runs that wait or are being done, by upload."""
    with services().orders.reading() as session:
        return {run.upload_id: run for run in import_runs.open_runs(session)}


def ended_runs() -> list[EndedRun]:
    """The runs that ended last: a browser closed meanwhile shows here what became of its file."""
    with services().orders.reading() as session:
        return [
            EndedRun(run, end_of(run), counts_of(run).get("batch") if run.outcome is ImportOutcome.IMPORTED else None)
            for run in import_runs.last_ended(session, _ENDED_SHOWN)
        ]


def run_page(run: ImportRun, upload: Upload | None) -> str:
    """The progress of a run, or how it ended."""
    ended, queue = run.ended_at is not None, runs_by_upload().values()
    done = run.outcome is ImportOutcome.IMPORTED
    return render_template(
        "admin/import/run.html",
        run=run,
        upload=upload,
        end=end_of(run) if ended else "",
        batch=counts_of(run).get("batch") if done else None,
        before=[other.name for other in takewhile(lambda other: other.upload_id != run.upload_id, queue)],
    )


@bp.post("/import/<int:upload_id>/cancel")
@requires("catalogue.import")
@only_reads_catalogue
def cancel_import(upload_id: int) -> Response:
    """Cancel what the worker does with a file; the file stays."""
    if run_of_upload(upload_id, None) is None:
        abort(HTTPStatus.NOT_FOUND)
    with services().orders.writing() as session:
        import_runs.cancel(session, upload_id, now())
    return redirect(url_for("admin.import_plan", upload_id=upload_id), HTTPStatus.SEE_OTHER)
