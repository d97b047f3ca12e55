"""What was done at one press, and taking it back at one press."""

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from catalog.edits import Author, undo_batch
from catalog.models import Batch, Change, How
from shop.admin.blueprint import SEE_OTHER, bp
from shop.admin.current import author_of_request, now
from shop.admin.next_page import next_page
from shop.admin.permissions import requires
from shop.database import get_ruleset, get_session

NOT_FOUND = 404
LARGEST_ID = 2**31 - 1
_SHOWN = 20
_NAMED = 20


def latest_batches(session: Session) -> list[tuple[Batch, int]]:
    """The newest batches of all kinds, with how many products each changed."""
    counted = select(func.count()).where(Change.batch_id == Batch.id).scalar_subquery()
    query = select(Batch, counted).order_by(Batch.id.desc()).limit(_SHOWN)
    return [(row[0], row[1]) for row in session.execute(query)]


@bp.post("/batches/<int:batch_id>/undo")
@requires("catalogue.import")
def undo(batch_id: int) -> Response:
    """Take a batch back; what was changed since stays, and is named."""
    if batch_id > LARGEST_ID:
        abort(NOT_FOUND)
    author = Author(who=author_of_request(), how=How.UNDO, at=now())
    undone = undo_batch(get_session(), batch_id, author, get_ruleset())
    if undone is None:
        get_session().rollback()
        flash(gettext("That was undone already, or never was."), "warning")
    else:
        get_session().commit()
        flash(
            gettext(
                "Undone: %(restored)d products are what they were, %(archived)d went into the archive.",
                restored=undone.restored,
                archived=undone.archived,
            ),
            "success",
        )
    if undone and undone.left:
        named = ", ".join(undone.left[:_NAMED]) + (" …" if len(undone.left) > _NAMED else "")
        flash(
            ngettext(
                "%(num)d product was left as it is, changed since or no longer allowed as it was: %(named)s",
                "%(num)d products were left as they are, changed since or no longer allowed as they were: %(named)s",
                len(undone.left),
                named=named,
            ),
            "warning",
        )
    return redirect(next_page() if request.form.get("next") else url_for("admin.imports"), SEE_OTHER)
