"""Unsaved forms: the last one of a person and a product, for seven days."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.form_drafts import discard_form, store_form, unsaved_form
from catalog.models import FormDraft

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
WHO = "eva@winkel.test"


def test_an_unsaved_form_is_kept_for_seven_days(session: Session) -> None:
    store_form(session, WHO, 1, [("stock", "7")], NOW)
    kept = unsaved_form(session, WHO, 1, NOW + timedelta(days=7))
    assert kept
    assert (kept.at, list(kept.fields)) == (NOW, [("stock", "7")])
    assert unsaved_form(session, WHO, 1, NOW + timedelta(days=7, seconds=1)) is None


def test_old_unsaved_forms_of_everybody_are_deleted_when_one_is_stored(session: Session) -> None:
    store_form(session, "anna@winkel.test", 2, [("stock", "1")], NOW)
    store_form(session, WHO, 1, [("stock", "7")], NOW + timedelta(days=8))
    assert [one.who for one in session.scalars(select(FormDraft))] == [WHO]


def test_a_later_unsaved_form_takes_the_place_of_the_earlier_one(session: Session) -> None:
    store_form(session, WHO, 1, [("stock", "7")], NOW)
    store_form(session, WHO, 1, [("stock", "8")], NOW + timedelta(minutes=1))
    kept = unsaved_form(session, WHO, 1, NOW)
    assert kept
    assert list(kept.fields) == [("stock", "8")]
    discard_form(session, WHO, 1)
    assert unsaved_form(session, WHO, 1, NOW) is None
