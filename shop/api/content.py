"""`POST /content`: a text in, the findings of the content check out. It is not stored, logged or kept in memory."""

from http import HTTPStatus

from flask import Response

from recommend.claims.check import check_text
from recommend.text import LANGUAGES
from shop.api.endpoint import ACCEPT_LANGUAGE, LANG, Endpoint, asked_language, body_sent, json_reply
from shop.api.schemas import ContentFinding, Findings, TextToCheck
from shop.finder.advice_json import NotJsonError, read_json
from shop.web.api_problems import Refused
from shop.web.database import get_ruleset
from shop.web.i18n import gettext as _
from shop.web.security import never_store

_KEYS = TextToCheck.__struct_fields__


def check_content() -> Response:
    """Findings of the content check on a text, sentence by sentence.

    The list that `shop content check - --format json` prints: one finding for every sentence, harmless ones included.
    The text may be plain, HTML or Markdown. It is not stored or logged, and no cache may store the findings.
    """
    asked_language()
    sent = _text_sent()
    found = check_text(sent.text, sent.language, get_ruleset().directory, is_private=True)
    findings = [ContentFinding(**finding.as_data("-")) for finding in found]
    return never_store(json_reply(findings, sent.language))


ENDPOINT = Endpoint(
    path="/content",
    method="POST",
    view=check_content,
    body=TextToCheck,
    answer=Findings,
    parameters=(LANG, ACCEPT_LANGUAGE),
    errors={
        HTTPStatus.BAD_REQUEST: (
            "The body is not JSON, gives a key twice or is not UTF-8, or `lang` is no language of this shop."
        ),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than 64 KiB.",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The content type is not application/json.",
        HTTPStatus.UNPROCESSABLE_ENTITY: "`text` or `language` is missing or has a wrong value; `key` names it.",
    },
)


def _text_sent() -> TextToCheck:
    """The text of the request. Raises Refused."""
    body = body_sent(_("Send the text as application/json, not compressed."))
    try:
        given = read_json(body)
    except NotJsonError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, _("The body is not JSON in UTF-8, or gives a key twice.")) from error
    if not isinstance(given, dict):
        raise _wrong(_("Send one JSON object with the keys text and language."), "text")
    for key in given:
        if key not in _KEYS:
            raise _wrong(_("There is no key with this name. The keys are text and language."), key)
    for key in _KEYS:
        if key not in given:
            raise _wrong(_("This key is required."), key)
    text, language = given["text"], given["language"]
    if not isinstance(text, str) or not _is_unicode(text):
        raise _wrong(_("This is no text."), "text")
    if language not in LANGUAGES:
        raise _wrong(_("The language is nl or en."), "language")
    return TextToCheck(text, language)


def _wrong(detail: str, key: str) -> Refused:
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, detail, key=key)


def _is_unicode(text: str) -> bool:
    """Whether a text has no half of a surrogate pair, which JSON can escape and UTF-8 cannot carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
