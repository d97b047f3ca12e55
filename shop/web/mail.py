"""Mail: plain messages by SMTP, sent in a thread of their own.

So no page waits for a mail server, or shows by the time it takes whether anything is sent.
"""

import logging
import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from shop.settings import Smtp, SmtpSecurity
from shop.web.owner_settings import seller
from shop.web.services import services

TIMEOUT_SECONDS = 10
log = logging.getLogger("shop.mail")


def new_worker() -> ThreadPoolExecutor:
    """The one thread that does work in the background; it starts with its first piece of work."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")


def sender() -> str | None:
    """The address that mail comes from; None while no mail can be sent."""
    smtp = services().settings.smtp
    return (smtp.sender or seller().email) if smtp else None


def do_later(work: Callable[[], None]) -> None:
    """Do a piece of work in the background; a fault is logged by its type, since its message may name an address."""

    def run() -> None:
        try:
            work()
        except Exception as error:
            log.warning("work in the background failed", exc_info=error)

    services().background.submit(run)


def send(smtp: Smtp, from_address: str, to: str, subject: str, text: str) -> None:
    """Send one message. Raises OSError or smtplib.SMTPException."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = from_address, to, subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=from_address.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    send_message(smtp, message)


def send_message(smtp: Smtp, message: EmailMessage) -> None:
    """Hand a message to the mail server. Raises OSError or smtplib.SMTPException."""
    with _connect(smtp) as connection:
        if smtp.user:
            connection.login(smtp.user, smtp.password)
        connection.send_message(message)


def _connect(smtp: Smtp) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if smtp.security is SmtpSecurity.TLS:
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=TIMEOUT_SECONDS, context=context)
    connection = smtplib.SMTP(smtp.host, smtp.port, timeout=TIMEOUT_SECONDS)
    if smtp.security is SmtpSecurity.STARTTLS:
        connection.starttls(context=context)
    return connection
