"""Settings from the environment: what is missing or unusable is named, the key is made once."""

import threading
from pathlib import Path

import pytest

from shop.settings import SettingsError, Smtp, SmtpSecurity, read_settings


def test_many_processes_starting_at_once_get_one_whole_key(tmp_path: Path) -> None:
    for round_number in range(20):
        instance = str(tmp_path / str(round_number))
        barrier = threading.Barrier(8)
        keys: list[str] = []

        def start(instance: str = instance, barrier: threading.Barrier = barrier, keys: list[str] = keys) -> None:
            barrier.wait()
            keys.append(read_settings({"SHOP_INSTANCE": instance}).secret_key)

        threads = [threading.Thread(target=start) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(keys) == 8
        assert len(set(keys)) == 1
        assert len(keys[0]) >= 32
        assert {file.name for file in Path(instance).iterdir()} == {"secret_key"}


def test_the_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    read_settings({"SHOP_INSTANCE": str(tmp_path)})
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("found", ["", "\n", "short"])
def test_a_key_file_that_lost_its_key_is_named_and_left_as_it_is(found: str, tmp_path: Path) -> None:
    """A new key in its place would make all sealed second factors unreadable, in silence."""
    (tmp_path / "secret_key").write_text(found)
    with pytest.raises(SettingsError, match=r"secret_key: a key has at least 32 characters"):
        read_settings({"SHOP_INSTANCE": str(tmp_path)})
    assert (tmp_path / "secret_key").read_text() == found


def test_an_instance_folder_with_odd_characters_keeps_its_database_inside(tmp_path: Path) -> None:
    settings = read_settings({"SHOP_INSTANCE": str(tmp_path / "a?b#c d")})
    assert settings.database_url.database == str(tmp_path / "a?b#c d" / "shop.db")


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"SHOP_DATABASE_URL": "sqlite:///x.db"}, "SHOP_SECRET_KEY"),
        ({"SHOP_DATABASE_URL": "garbage", "SHOP_SECRET_KEY": "k" * 40}, "SHOP_DATABASE_URL"),
        ({"SHOP_DATABASE_URL": "postgresql+psycopg://h1,h2]:[/db", "SHOP_SECRET_KEY": "k" * 40}, "SHOP_DATABASE_URL"),
        ({"SHOP_DATABASE_READ_URL": "sqlite:///x.db"}, "SHOP_DATABASE_READ_URL"),
        ({"SHOP_PROXIES": "-1"}, "SHOP_PROXIES"),
        ({"SHOP_INSTANCE": "/dev/null/shop"}, "SHOP_INSTANCE"),
        ({"SHOP_SECRET_KEY": "k" * 31}, "SHOP_SECRET_KEY: a key has at least 32 characters, this one has 31"),
    ],
)
def test_an_unusable_setting_is_named(environ: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=named):
        read_settings({"SHOP_INSTANCE": str(tmp_path), **environ})


def test_of_several_hosts_edits_go_to_the_primary_and_reads_to_any_standby(tmp_path: Path) -> None:
    url = "postgresql+psycopg://shop:p%40ss@one:5432,two:5433/shop"
    settings = read_settings(
        {
            "SHOP_INSTANCE": str(tmp_path),
            "SHOP_SECRET_KEY": "k" * 40,
            "SHOP_DATABASE_URL": f"{url}?connect_timeout=3",
            "SHOP_DATABASE_READ_URL": f"{url}?load_balance_hosts=disable",
        }
    )
    assert settings.database_read_url
    assert settings.database_url.password == "p@ss"
    assert settings.database_url.normalized_query == {
        "connect_timeout": ("3",),
        "host": ("one:5432", "two:5433"),
        "target_session_attrs": ("read-write",),
    }
    assert settings.database_read_url.normalized_query == {
        "load_balance_hosts": ("disable",),
        "host": ("one:5432", "two:5433"),
        "target_session_attrs": ("prefer-standby",),
    }


def test_one_host_is_taken_as_it_is(tmp_path: Path) -> None:
    url = "postgresql+psycopg://shop@one:5432/shop"
    settings = read_settings({"SHOP_INSTANCE": str(tmp_path), "SHOP_SECRET_KEY": "k" * 40, "SHOP_DATABASE_URL": url})
    assert str(settings.database_url) == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://localhost", Smtp("localhost", 25, SmtpSecurity.NONE)),
        ("smtp://localhost:2525?from=a@b.nl", Smtp("localhost", 2525, SmtpSecurity.NONE, sender="a@b.nl")),
        ("smtp+starttls://me:p%40ss@mail.test", Smtp("mail.test", 587, SmtpSecurity.STARTTLS, "me", "p@ss")),
        ("smtps://me:pass@mail.test", Smtp("mail.test", 465, SmtpSecurity.TLS, "me", "pass")),
        ("", None),
    ],
)
def test_the_mail_server_is_read_from_its_address(url: str, expected: Smtp | None, tmp_path: Path) -> None:
    assert read_settings({"SHOP_INSTANCE": str(tmp_path), "SHOP_SMTP_URL": url}).smtp == expected


@pytest.mark.parametrize(
    "url",
    [
        *("mail.test", "http://mail.test", "smtp://", "smtp://mail.test:port", "smtp://mail.test:99999", "smtp://[::1"),
        *("smtp://me:geheim@mail.test", "smtps://mail.test/geheim", "smtps://mail.test?to=geheim"),
        *("smtps://mail.test?from=geheim", "smtps://mail.test?geheim"),
    ],
)
def test_a_mail_server_that_cannot_be_used_is_named_without_its_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^SHOP_SMTP_URL: ") as refused:
        read_settings({"SHOP_INSTANCE": str(tmp_path), "SHOP_SMTP_URL": url})
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("days", ["0", "29", "3651", "-1", "a year", "٣٦٥"])
def test_a_log_is_kept_for_a_number_of_days_that_can_be(days: str, tmp_path: Path) -> None:
    assert read_settings({"SHOP_INSTANCE": str(tmp_path), "SHOP_AUDIT_DAYS": "30"}).audit_days == 30
    assert read_settings({"SHOP_INSTANCE": str(tmp_path)}).audit_days == 365
    with pytest.raises(SettingsError, match=r"^SHOP_AUDIT_DAYS: "):
        read_settings({"SHOP_INSTANCE": str(tmp_path), "SHOP_AUDIT_DAYS": days})
