"""Accounts on both databases: simultaneous requests, and the storage of secrets."""

import base64
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from catalog.accounts import AccountError, Purpose, Refusal, Vault, passwords
from catalog.accounts.invitations import invite, open_invitations, redeem
from catalog.accounts.people import authenticate, change_role, create_account
from catalog.accounts.second_factor import accept_code, renew_recovery_codes
from catalog.accounts.sessions import signed_in_user, start_session
from catalog.accounts.throttle import limits_of_sign_in, record_attempt, wait_after_recording, wait_before_trying
from catalog.models import Account, Role
from tests.factories import PASSWORD, AccountFactory

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PEOPLE = 4


def all_at_once(engine: Engine, act: Callable[[Session], object]) -> list[object]:
    """The result of each of PEOPLE simultaneous calls; a refusal is its exception."""
    ready, results = threading.Barrier(PEOPLE), list[object]()

    def run() -> None:
        with Session(engine) as session:
            ready.wait()
            try:
                result = act(session)
                session.commit()
            except (AccountError, OperationalError) as error:
                session.rollback()
                result = error
        results.append(result)

    threads = [threading.Thread(target=run) for _ in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_an_invitation_pressed_by_several_at_once_makes_one_account(engine: Engine) -> None:
    with Session(engine) as session:
        token = invite(session, "new@winkel.test", Role.EDITOR, NOW)
        session.commit()
    results = all_at_once(engine, lambda session: redeem(session, token, "", PASSWORD, NOW))
    assert len([result for result in results if isinstance(result, Account)]) == 1
    with Session(engine) as session:
        assert len(session.scalars(select(Account)).all()) == 1


def test_the_same_address_made_or_invited_by_several_at_once_is_told_apart(engine: Engine) -> None:
    made = all_at_once(engine, lambda session: create_account(session, "a@winkel.test", PASSWORD, Role.EDITOR, NOW))
    assert len([result for result in made if isinstance(result, Account)]) == 1
    all_at_once(engine, lambda session: invite(session, "b@winkel.test", Role.EDITOR, NOW))
    with Session(engine) as session:
        assert len(session.scalars(select(Account)).all()) == 1
        assert len(open_invitations(session, NOW)) == 1


def test_owners_who_demote_each_other_at_once_leave_one(engine: Engine) -> None:
    with Session(engine) as session:
        session.add_all(AccountFactory.build() for _ in range(PEOPLE))
        session.commit()
        waiting = [account.id for account in session.scalars(select(Account))]
    all_at_once(engine, lambda session: change_role(session, session.get_one(Account, waiting.pop()), Role.EDITOR))
    with Session(engine) as session:
        assert session.scalars(select(Account).where(Account.role == Role.OWNER)).all()


def test_a_recovery_code_used_by_several_at_once_lets_one_in(engine: Engine) -> None:
    with Session(engine) as session:
        account = AccountFactory.build()
        session.add(account)
        session.flush()
        code = renew_recovery_codes(session, account)[0]
        session.commit()
        number = account.id
    vault = Vault("key")
    results = all_at_once(
        engine, lambda session: accept_code(session, vault, session.get_one(Account, number), code, NOW)
    )
    assert results.count(True) == 1


def test_of_many_attempts_at_once_no_more_pass_than_the_throttle_admits(engine: Engine) -> None:
    limits = limits_of_sign_in(Vault("key"), "eva@winkel.test", "192.0.2.1")
    with Session(engine) as session:
        for _ in range(8):
            record_attempt(session, limits, NOW)
        session.commit()

    def attempt(session: Session) -> bool:
        if wait_before_trying(session, limits, NOW):
            return False
        session.rollback()
        record_attempt(session, limits, NOW)
        session.commit()
        return not wait_after_recording(session, limits, NOW)

    assert all_at_once(engine, attempt).count(True) <= 2


def test_moments_keep_their_instant_whatever_zone_they_came_in(engine: Engine) -> None:
    amsterdam = timezone(timedelta(hours=1))
    with Session(engine) as session:
        session.add(AccountFactory.build(email="a@winkel.test", created_at=NOW.astimezone(amsterdam)))
        session.commit()
        session.expire_all()
        stored = session.scalars(select(Account)).one().created_at
    assert (stored, stored.utcoffset()) == (NOW, timedelta(0))


def test_a_session_belongs_to_its_account_until_it_is_closed(session: Session) -> None:
    account = create_account(session, "Eva@Winkel.test", PASSWORD, Role.PUBLISHER, NOW)
    token = start_session(session, account, NOW)
    found = signed_in_user(session, token, NOW)
    assert found
    assert (found.email, found.role) == ("eva@winkel.test", Role.PUBLISHER)
    account.active = False
    session.flush()
    assert signed_in_user(session, token, NOW) is None


def test_passwords_are_kept_with_argon2id_and_weak_hashes_are_renewed_at_sign_in(session: Session) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    session.add(AccountFactory.build(email="eva@winkel.test", password_hash=weak))
    account = authenticate(session, "eva@winkel.test", PASSWORD)
    assert account
    assert account.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert authenticate(session, "eva@winkel.test", PASSWORD)
    assert not authenticate(session, "eva@winkel.test", PASSWORD + "x")


def test_an_account_that_is_none_is_compared_with_a_hash_of_todays_parameters() -> None:
    """So that it takes as long."""
    assert not passwords.is_outdated(passwords._OF_NOBODY)
    assert not passwords.is_right(None, "nobody has this password")


def test_a_password_is_the_same_however_its_accents_are_typed() -> None:
    assert passwords.is_right(passwords.hash_password("drie caf\u00e9s open"), "drie cafe\u0301s open")


def test_a_vault_opens_only_with_its_own_key() -> None:
    sealed = Vault("one key").seal(Purpose.SET_UP, "secret", owner="1")
    assert Vault("one key").unseal(Purpose.SET_UP, sealed, owner="1") == "secret"
    assert Vault("another key").unseal(Purpose.SET_UP, sealed, owner="1") is None
    assert Vault("one key").fingerprint("eva") != Vault("another key").fingerprint("eva")


def test_a_sealed_value_opens_for_its_own_purpose_and_owner_only() -> None:
    vault = Vault("key")
    for purpose in Purpose:
        sealed = vault.seal(purpose, "secret", owner="1")
        opened = {
            (other, owner) for other in Purpose for owner in ("1", "2", "") if vault.unseal(other, sealed, owner=owner)
        }
        assert opened == {(purpose, "1")}


def test_second_factors_that_were_stored_before_purposes_existed_still_open() -> None:
    key = HKDF(SHA256(), length=32, salt=None, info=b"account secrets").derive(b"key")
    sealed = Fernet(base64.urlsafe_b64encode(key)).encrypt(b"secret").decode()
    assert Vault("key").unseal(Purpose.SECOND_FACTOR, sealed) == "secret"


@pytest.mark.parametrize(
    "email", ["", "eva", "eva@", "@winkel.test", "e va@winkel.test", "eva@winkel", "eva@w..test", "x" * 250 + "@y.nl"]
)
def test_what_is_no_address_makes_no_account(email: str, session: Session) -> None:
    with pytest.raises(AccountError) as refused:
        create_account(session, email, PASSWORD, Role.OWNER, NOW)
    assert refused.value.refusal is Refusal.EMAIL_WRONG
