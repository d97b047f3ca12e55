"""The log of people on both databases: rows are added and run out, nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from catalog.accounts.people_log import record_event, remove_old_events
from catalog.db.backup import backup, restore
from catalog.models import PeopleEvent, PeopleEventKind

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_the_database_refuses_to_change_or_lose_an_event(engine: Engine) -> None:
    with Session(engine) as session:
        record_event(session, PeopleEventKind.SIGNED_IN, NOW)
        session.commit()
    for statement in (update(PeopleEvent).values(who="somebody else"), delete(PeopleEvent)):
        with Session(engine) as session, pytest.raises(DatabaseError, match="append-only"):
            session.execute(statement)
    with Session(engine) as session:
        remove_old_events(session, NOW + timedelta(days=30), 30)
        session.commit()
        assert len(session.scalars(select(PeopleEvent)).all()) == 1
        remove_old_events(session, NOW + timedelta(days=30, seconds=1), 30)
        session.commit()
        assert session.scalars(select(PeopleEvent)).all() == []


def test_a_backup_with_events_replaces_a_database_with_others(engine: Engine, tmp_path: Path) -> None:
    with Session(engine) as session:
        record_event(session, PeopleEventKind.SIGNED_IN, NOW, who="kept")
        session.commit()
    backup(engine, tmp_path / "backup.zip")
    with Session(engine) as session:
        record_event(session, PeopleEventKind.SIGNED_IN, NOW, who="later")
        session.commit()
    restore(engine, tmp_path / "backup.zip", force=True)
    with Session(engine) as session:
        assert [event.who for event in session.scalars(select(PeopleEvent))] == ["kept"]
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(delete(PeopleEvent))
