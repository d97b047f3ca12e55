"""Post: letters as messages, sent by SMTP, or kept as files in `instance/mail/` while no server is set."""

import re
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from msgspec import Struct

from shop.outbox.letters import Letter
from shop.web import mail
from shop.web.owner_settings import seller
from shop.web.services import Services, now, services

KEPT_DAYS = 30
NOBODY = "winkel@magnesiumwijzer.invalid"
"""The sender while no seller is filled in: a name that no mail ever comes from (RFC 2606)."""


class Attachment(Struct, frozen=True):
    """A file with its name and its type: a PDF, unless said otherwise."""

    name: str
    content: bytes
    type: str = "application/pdf"


def post(letter: Letter, key: str, attachments: Sequence[Attachment] = ()) -> None:
    """Send a letter. The same key gives the same Message-ID, so that a mail program shows a repeated one once.

    Raises OSError or smtplib.SMTPException.
    """
    smtp = services().settings.smtp
    sender = mail.sender() or seller().email or NOBODY
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{key}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text())
    message.add_alternative(letter.html(), subtype="html")
    for file in attachments:
        main, _slash, sub = file.type.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    if smtp is not None:
        mail.send_message(smtp, message)
        return
    folder = _kept(services())
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / f"{re.sub('[^A-Za-z0-9.-]', '_', key)}.eml").write_bytes(bytes(message))


def _kept(shared: Services) -> Path:
    """The folder of mails that no server takes."""
    return shared.settings.instance / "mail"


def forget_kept_mails(shared: Services) -> None:
    """Delete kept mails after KEPT_DAYS: they name people."""
    oldest = (shared.clock() - timedelta(days=KEPT_DAYS)).timestamp()
    for file in _kept(shared).glob("*.eml"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
