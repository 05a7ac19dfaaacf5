"""Reading requests: JSON bodies, queries, uploads; every mistake is reported with its place."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import msgspec
from aiohttp import web
from msgspec import Struct

from agent_api.frame.choices import choices
from agent_api.frame.connection import giving_way
from agent_api.frame.problems import Place, ProblemRaised, invalid, problem
from agent_api.frame.text import refuse_unusable_json
from agent_api.frame.typed_text import cleaned

#: Largest JSON body.
MAX_JSON_BYTES = 64 * 1024
#: Largest upload.
MAX_UPLOAD_BYTES = 256 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024
#: The time-out of a JSON body, and of each next part of an upload.
BODY_TIMEOUT_S = 20.0
#: An upload slower than this on the whole is given up.
LEAST_UPLOAD_BYTES_PER_S = 4096
#: Media types under which browsers send a CSV file; browsers on Windows use that of the spreadsheet program.
_ALIASES = {"text/csv": ("application/csv", "text/comma-separated-values", "application/vnd.ms-excel")}

_AT = re.compile(r"^(?P<reason>.*?)(?: - at `(?P<place>[^`]*)`)?$", re.DOTALL)


#: Patterns of the API in words for people.
_PATTERN = re.compile(r"^Expected `str` matching regex '(?P<pattern>.*)'$")
IN_WORDS = {
    r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$": "is no name: use letters, digits, dot, dash and underscore, at most 64",
    r"^([A-Z]{2})?$": "is no country: write two letters, as in GB",
    r"^[0-9*#A-D]{1,32}$": "are no digits to send: 1 to 32 of 0 to 9, *, # and A to D",
}


#: The message for a word that its place does not take.
_OTHER_WORD = re.compile(r"^Invalid enum value (?P<word>.*)$", re.DOTALL)


def _in_words(reason: str, kind: type[Struct], place: str) -> str:
    if found := _PATTERN.match(reason):
        return IN_WORDS.get(found["pattern"].replace("\\\\", "\\"), "does not have the right form")
    if (found := _OTHER_WORD.match(reason)) and (words := choices(kind, place)):
        return f"is {found['word']}, which is none of {', '.join(each or repr('') for each in words)}"
    return reason


def _places(error: msgspec.ValidationError, where: str, kind: type[Struct]) -> ProblemRaised:
    found = _AT.match(str(error))
    place = (found["place"] if found else None) or "$"
    reason = _in_words(found["reason"] if found else str(error), kind, place)
    return invalid(Place(place.replace("$", where, 1) if where != "$" else place, reason))


def too_slow() -> ProblemRaised:
    """Refuse a slow body. The connection is closed after the answer, as the rest of the body might follow on it."""
    detail = f"The body did not come within {BODY_TIMEOUT_S:g} s."
    raised = ProblemRaised(problem(408, "body_too_slow", detail, "Send it in one go; the connection is closed."))
    raised.headers["Connection"] = "close"
    return raised


@asynccontextmanager
async def body_time(request: web.Request) -> AsyncIterator[None]:
    """Wait for a part of the body no longer than `BODY_TIMEOUT_S`. Raises ProblemRaised (408)."""
    try:
        with giving_way(request):
            async with asyncio.timeout(BODY_TIMEOUT_S):
                yield
    except TimeoutError:
        raise too_slow() from None


async def read_json(request: web.Request) -> bytes:
    """The body of a request with JSON. Raises ProblemRaised for another media type or a body that is too large."""
    if request.content_type != "application/json":
        detail = f"The body is {request.content_type or 'of no media type'}, not application/json."
        raise ProblemRaised(problem(415, "wrong_media_type", detail, "Send JSON with Content-Type: application/json."))
    async with body_time(request):
        return await request.read()


def decode_json(raw: bytes, kind: type[Struct]) -> Struct:
    """Raises ProblemRaised: 400 for text that is not JSON, 422 for JSON that does not fit `kind`. Typed text is
    cleaned."""
    refuse_unusable_json(raw)
    try:
        return cleaned(msgspec.json.decode(raw, type=kind))
    except msgspec.ValidationError as error:
        raise _places(error, "$", kind) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemRaised(problem(400, "malformed_json", f"The body is no JSON: {error}.")) from error


def decode_query(request: web.Request, kind: type[Struct]) -> Struct:
    """The query as `kind`; a repeated or unknown parameter is a mistake."""
    values: dict[str, str] = {}
    for name, value in request.query.items():
        if name in values:
            raise invalid(Place(f"query.{name}", "is given twice"))
        values[name] = value
    try:
        return cleaned(msgspec.convert(values, type=kind, strict=False))
    except msgspec.ValidationError as error:
        raise _places(error, "query", kind) from error


def refuse_query(request: web.Request) -> None:
    """For routes without a query."""
    for name in request.query:
        raise invalid(Place(f"query.{name}", "is not a parameter of this path"))


@asynccontextmanager
async def spooled(request: web.Request, media: str) -> AsyncIterator[tuple[Path, str]]:
    """The body in a file of its own that is removed afterwards, and its SHA-256. Written in a thread."""
    if request.content_type not in (media, *_ALIASES.get(media, ())):
        detail = f"The body is {request.content_type}, not {media}."
        raise ProblemRaised(problem(415, "wrong_media_type", detail, f"Send the file with Content-Type: {media}."))
    handle, name = await asyncio.to_thread(tempfile.mkstemp, suffix=".upload", prefix="cornetta-")
    path = Path(name)
    try:
        file = os.fdopen(handle, "wb")
        try:
            digest = await _copy(request, file)
        finally:
            await asyncio.to_thread(file.close)
        yield path, digest
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _copy(request: web.Request, file: BinaryIO) -> str:
    digest = sha256()
    size = 0
    begun = asyncio.get_running_loop().time()
    while True:
        async with body_time(request):
            chunk = await request.content.read(_CHUNK_BYTES)
        if not chunk:
            break
        size += len(chunk)
        if size > MAX_UPLOAD_BYTES:
            limit_mb = MAX_UPLOAD_BYTES // 1024 // 1024
            raise ProblemRaised(problem(413, "body_too_large", f"The file is larger than {limit_mb} MiB.", "Split it."))
        if asyncio.get_running_loop().time() - begun > BODY_TIMEOUT_S + size / LEAST_UPLOAD_BYTES_PER_S:
            raise too_slow()
        digest.update(chunk)
        await asyncio.to_thread(file.write, chunk)
    return digest.hexdigest()
