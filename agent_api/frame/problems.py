"""Problem documents (RFC 9457): the answers to refused or faulty requests. Never a traceback.

`code` is stable and may be relied upon; `title` and `detail` are sentences for people; `remedy` says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from dialer.records.unusable import Setting, UnusableFile, UnusableNumber
from dialer.vocabulary.errors import (
    ConfigurationError,
    CornettaError,
    EngineUnavailable,
    NotFound,
    Overloaded,
    Refused,
    StoreUnavailable,
    UnstorableText,
)
from dialer.vocabulary.reasons.reason import Said
from dialer.words import say, spoken

CONTENT_TYPE = "application/problem+json"

#: Retry-After of a request that failed because the database or the engine was unavailable.
RETRY_AFTER_S = 2


#: Beginnings of reasons that continue the name of the place; msgspec's own messages do not.
_PREDICATES = ("is ", "are ", "must ")


class Place(Struct, frozen=True):
    """One mistake in a request: its place (`$.reason`, `query.limit`, `header.Idempotency-Key`) and the reason."""

    place: str
    reason: str

    @property
    def sentence(self) -> str:
        """For people, with the word that they wrote in place of the path: `number is no number in international
        form`."""
        _, _, name = self.place.partition(".")
        what = name or ("the query" if self.place == "query" else "the body")
        colon = "" if self.reason.startswith(_PREDICATES) else ":"
        return f"{what}{colon} {self.reason}"


class Problem(Struct, frozen=True, omit_defaults=True):
    """The document. `key` names the sentence of `detail` in /api/v1/words, `facts` are the inputs of the rule that
    refused and fill it; `retry_after_s` goes with 429 and 503."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    remedy: str = ""
    field: str = ""
    errors: tuple[Place, ...] = ()
    key: str = ""
    facts: dict[str, Any] | None = None
    retry_after_s: int | None = None
    incident: str = ""


class ProblemRaised(CornettaError):
    """A request that is answered by a problem document; `headers` go with it."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.detail or problem.title)
        self.code = problem.code
        self.problem = problem
        self.headers = dict(headers or {})


def problem(status: int, code: str, detail: str, remedy: str = "", *, field: str = "") -> Problem:
    """A problem of ours; its type is a URN made of the code."""
    return Problem(_type(code), HTTPStatus(status).phrase, status, code, detail, remedy, field)


def invalid(*places: Place) -> ProblemRaised:
    """A request that was read and has mistakes in it."""
    first = places[0]
    document = Problem(
        type=_type("invalid_request"),
        title=HTTPStatus(422).phrase,
        status=422,
        code="invalid_request",
        detail=first.sentence,
        remedy="Correct what `errors` names; the document at /api/v1/openapi.json says what is expected.",
        field=first.place,
        errors=places,
    )
    return ProblemRaised(document)


def too_many(detail: str, retry_after_s: int) -> ProblemRaised:
    """A limit on the rate of requests was reached."""
    document = msgspec.structs.replace(
        problem(429, "too_many_requests", detail, "Wait, then try again."), retry_after_s=retry_after_s
    )
    return ProblemRaised(document)


def translate(error: CornettaError) -> ProblemRaised:
    """The problem document for one of our errors."""
    match error:
        case ProblemRaised():
            return error
        case NotFound():
            return _refusal(error, 404)
        case UnusableFile():
            return _refusal(error, 422, _SETTINGS[error.setting] if error.setting else "")
        case UnusableNumber():
            return _refusal(error, 422)
        case UnstorableText():
            return ProblemRaised(problem(400, error.code, str(error)))
        case Refused():
            return _refusal(error, 409)
        case StoreUnavailable() | EngineUnavailable() | Overloaded():
            return _unavailable(error)
        case ConfigurationError():
            places = tuple(Place("configuration", each) for each in error.problems)
            detail = "The configuration has mistakes; nothing was changed."
            document = problem(422, error.code, detail, "Correct the files that `errors` names, then reload again.")
            return ProblemRaised(msgspec.structs.replace(document, errors=places))
        case _:
            return ProblemRaised(problem(500, error.code, "The request failed by a fault of ours."))


#: Advice on the query of an import.
_SETTINGS = {
    Setting.NUMBER_COLUMN: "Name it in the query: number_column=HEADER.",
    Setting.DELIMITER: "Name it in the query: delimiter=; or delimiter=tab.",
    Setting.ENCODING: "Save the file as CSV UTF-8, or name its encoding in the query: encoding=cp1252.",
}


def _refusal(error: Refused, status: int, remedy: str = "") -> ProblemRaised:
    document = problem(status, error.code, say(error.reason), remedy)
    key = "" if isinstance(error.reason, Said) else error.reason.key
    return ProblemRaised(msgspec.structs.replace(document, key=key, facts=error.facts or None))


_UNAVAILABLE = {
    StoreUnavailable.code: "The database takes no writes now",
    EngineUnavailable.code: "No engine is connected now",
    Overloaded.code: "The node has more to do than it can; nothing was changed",
}


def _unavailable(error: StoreUnavailable | EngineUnavailable | Overloaded) -> ProblemRaised:
    what = _UNAVAILABLE[error.code]
    said = f": {error}" if str(error) else ""
    document = problem(503, error.code, f"{what}{said}.", "Conversations go on. Try again in a moment.")
    return ProblemRaised(msgspec.structs.replace(document, retry_after_s=RETRY_AFTER_S))


def from_http(error: web.HTTPException) -> ProblemRaised:
    """The problem for aiohttp's own refusals: an unknown path, a method that a path does not have, a body that is too
    large."""
    codes = {404: "no_such_path", 405: "method_not_allowed", 413: "body_too_large"}
    remedies = {404: "The document at /api/v1/openapi.json lists all paths."}
    code = codes.get(error.status, "http_error")
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return ProblemRaised(problem(error.status, code, error.reason, remedies.get(error.status, "")), headers)


def response(raised: ProblemRaised) -> web.Response:
    """The HTTP response of a problem."""
    document = raised.problem
    headers = dict(raised.headers)
    if document.retry_after_s is not None:
        headers["Retry-After"] = str(document.retry_after_s)
    body = msgspec.json.encode(document, enc_hook=spoken)
    return web.Response(status=document.status, body=body, content_type=CONTENT_TYPE, headers=headers)


def _type(code: str) -> str:
    return f"urn:cornetta:problem:{code}"
