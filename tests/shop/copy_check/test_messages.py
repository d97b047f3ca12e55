"""The interface's own texts are checked too, also those that pages show only in rare states."""

from pathlib import Path

import pytest

from shop.copy_check.messages import Message, check_message, interface_messages

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Search"
msgstr "Zoeken"

msgid "Cures migraine within %(days)d days"
msgstr "Binnen %(days)d dagen zonder migraine"

msgid "%(count)d jar"
msgid_plural "%(count)d jars against cramps"
msgstr[0] "%(count)d pot"
msgstr[1] "%(count)d potten tegen kramp"

msgid "Not translated yet"
msgstr ""
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    file = tmp_path / "shop" / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(PO, encoding="utf-8")
    return tmp_path / "shop" / "translations"


def test_every_text_of_the_catalogue_is_read_in_both_languages_with_its_file_and_line(folder: Path) -> None:
    messages = list(interface_messages(folder))
    assert [message.text for message in messages if message.language == "en"] == [
        "Search",
        "Cures migraine within %(days)d days",
        "%(count)d jar",
        "%(count)d jars against cramps",
        "Not translated yet",
    ]
    assert Message("shop/translations/nl/LC_MESSAGES/messages.po:7", "nl", "Zoeken") in messages
    assert Message("shop/translations/nl/LC_MESSAGES/messages.po:13", "nl", "%(count)d potten tegen kramp") in messages


def test_a_claim_in_a_message_is_found_in_each_language_and_plural_form(folder: Path) -> None:
    blocked = [
        (message.place.rpartition(":")[2], message.language)
        for message in interface_messages(folder)
        if any(finding.blocks for finding in check_message(message))
    ]
    assert blocked == [("10", "en"), ("10", "nl"), ("13", "en"), ("13", "nl")]


@pytest.mark.parametrize(
    "text", ["Nog %(amount)s over", "%(percent)s %% van %(mg)d mg", "{name}: 100 %%", "%s", "100% zeker %(naam)s"]
)
def test_a_placeholder_is_no_claim_and_stands_in_the_finding_as_written(text: str) -> None:
    findings = check_message(Message("here", "nl", text))
    assert all(finding.severity == "ok" for finding in findings)
    assert "".join(finding.text for finding in findings) in ("", text)


def test_a_claim_around_a_placeholder_is_found() -> None:
    (finding,) = check_message(Message("here", "nl", "%(name)s helpt tegen migraine"))
    assert finding.blocks
    assert finding.text == "%(name)s helpt tegen migraine"


def test_the_shop_s_own_texts_claim_nothing() -> None:
    asked = [
        f"{message.place}: {finding.text}"
        for message in interface_messages()
        for finding in check_message(message)
        if finding.severity != "ok"
    ]
    assert not asked
