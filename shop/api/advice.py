"""`POST /advice`: answers in, advice out. They are not stored, logged or put in a cookie."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from flask import Response
from msgspec import Meta, defstruct

from recommend import answers
from recommend.answers import QUESTIONS, SUPPLEMENT_MG_MAX, AnswerProblem, AnswersError, Question
from shop.api.endpoint import ACCEPT_LANGUAGE, LANG, Endpoint, asked_language, body_sent, json_reply
from shop.api.schemas import Advice
from shop.finder.advice_json import NotJsonError, advice_json, read_answers
from shop.web.api_problems import Refused
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import gettext as _
from shop.web.security import never_store
from shop.web.services import today


def advise() -> Response:
    """The advice for a set of answers.

    The very bytes of `shop advise`: the same answers, language, ruleset and catalogue always give the same. Answers
    are not stored or logged, and no cache may store the advice.
    """
    language = asked_language()
    text = advice_json(_answers_sent(), get_ruleset(), language, get_session(), today())
    return never_store(json_reply(text))


def _type_of(question: Question) -> Any:
    one = Literal[question.values] if question.values else str
    types: dict[str, Any] = {
        "one": one,
        "many": list[one],  # type: ignore[valid-type] # a type made at run time
        "milligrams": Annotated[int, Meta(ge=0, le=SUPPLEMENT_MG_MAX)] | one,
        "yes_no": bool,
    }
    return types[question.kind]


def _field_of(question: Question) -> tuple[Any, ...]:
    """Name, type and, unless an answer is required, default."""
    named = (question.key, _type_of(question))
    return named if question.required else (*named, question.default)


Answers = defstruct(
    "Answers", [_field_of(question) for question in QUESTIONS.values()], frozen=True, forbid_unknown_fields=True
)
Answers.__doc__ = (
    "The answers to the questionnaire. In lists, [] means none; silence about a required one is no answer."
)


ENDPOINT = Endpoint(
    path="/advice",
    method="POST",
    view=advise,
    body=Answers,
    answer=Advice,
    parameters=(LANG, ACCEPT_LANGUAGE),
    errors={
        HTTPStatus.BAD_REQUEST: (
            "The body is not JSON, gives a key twice or is not UTF-8, or `lang` is no language of this shop."
        ),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The content type is not application/json.",
        HTTPStatus.UNPROCESSABLE_ENTITY: "An answer is missing, unknown or has a wrong value; `key` names it.",
    },
)


def _answers_sent() -> answers.Answers:
    body = body_sent(_("Send the answers as application/json, not compressed."))
    try:
        return read_answers(body)
    except NotJsonError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, _("The body is not JSON in UTF-8, or gives a key twice.")) from error
    except AnswersError as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, _explain(error), key=error.key) from error


def _explain(error: AnswersError) -> str:
    key, problem = error.key, error.problem
    if problem == "not_an_object":
        return str(_("Send one JSON object that has the answers as its keys."))
    values = ", ".join(QUESTIONS[key].values) if key in QUESTIONS else ""
    explanations: dict[AnswerProblem, str] = {
        "unknown_key": _("There is no question with this name. The names are: %(names)s.", names=", ".join(QUESTIONS)),
        "missing": _("This answer is required."),
        "not_a_choice": _(
            "%(value)s is not a value of this answer. The values to choose from are: %(values)s.",
            value=error.shown_value,
            values=values,
        ),
        "not_a_list": _("This answer is a list, [] for none, of: %(values)s.", values=values),
        "not_an_integer": _(
            "This answer is a whole number from 0 to %(most)d, or %(values)s.", most=SUPPLEMENT_MG_MAX, values=values
        ),
        "not_a_boolean": _("This answer is true or false."),
    }
    return explanations[problem]
