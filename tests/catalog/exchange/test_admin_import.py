"""Simultaneous plans of one upload, on either kind of database."""

import io
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from catalog.db.engine import for_writing
from catalog.edits.edit import Author
from catalog.exchange.admin_import import make_plan, store_upload
from catalog.models import How, Upload, UploadRow
from recommend.knowledge import Ruleset

AUTHOR = Author(who="publisher@winkel.test", how=How.IMPORT, at=datetime(2026, 3, 1, tzinfo=UTC))
FILE = b"sku,name_nl,name_en\nG-1,Magnesium,Magnesium\nG-2,Magnesium,Magnesium\n"


@pytest.fixture
def upload_id(engine: Engine) -> int:
    with Session(for_writing(engine)) as session:
        upload = store_upload(session, "list.csv", io.BytesIO(FILE), "", AUTHOR)
        session.commit()
        return upload.id


def plan(engine: Engine, upload_id: int, ruleset: Ruleset) -> int:
    """Make the plan as a separate request; returns the number of rows stored."""
    with Session(for_writing(engine)) as session:
        upload = session.get_one(Upload, upload_id)
        make_plan(session, upload, AUTHOR, ruleset)
        session.commit()
        return session.scalar(select(func.count()).select_from(UploadRow)) or 0


def test_two_who_look_at_a_file_at_once_both_get_its_plan(engine: Engine, upload_id: int, ruleset: Ruleset) -> None:
    with ThreadPoolExecutor(1) as others, Session(for_writing(engine)) as session:
        upload = session.get_one(Upload, upload_id)
        make_plan(session, upload, AUTHOR, ruleset)
        other = others.submit(plan, engine, upload_id, ruleset)
        wait([other], timeout=1)  # until it waits for the lock
        session.commit()
        assert other.result(20) == 2
