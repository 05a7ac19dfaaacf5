"""Every error is a problem document with a stable code, the place and the remedy; never a traceback."""

from __future__ import annotations

import logging
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from agent_api.frame.body import decode_json
from agent_api.frame.choices import choices
from agent_api.frame.problems import ProblemRaised
from config.model import Mode
from dialer.cli.node_api import NodeRefused
from dialer.vocabulary.errors import ConfigurationError, EngineUnavailable, Overloaded
from dialer.vocabulary.results import CallResult
from tests.api.stage import API, Stage

JSON = "application/json"


async def told(stage: Stage, method: str, path: str, **request: Any) -> tuple[int, dict[str, Any]]:
    async with stage.client.request(method, path, **request) as response:
        assert response.content_type == "application/problem+json", await response.text()
        document = await response.json(content_type=None)
        assert document["status"] == response.status
        assert document["type"] == f"urn:cornetta:problem:{document['code']}"
        assert "Traceback" not in str(document)
        return response.status, document


@pytest.mark.parametrize(
    ("body", "place", "words", "detail"),
    [
        ({}, "$", "missing required field `reason`", "the body: Object missing"),
        ({"reason": 1}, "$.reason", "Expected `str`", "reason: Expected `str`"),
        ({"reason": ""}, "$.reason", "length >= 1", "reason: Expected `str` of length >= 1"),
        ({"reason": "lunch", "other": 1}, "$", "unknown field `other`", "the body: Object contains"),
    ],
)
async def test_mistakes_in_a_body_are_told_with_their_place(
    stage: Stage, body: Any, place: str, words: str, detail: str
) -> None:
    anna = await stage.log_in("anna")
    document = await anna.post("/agent/not-ready", body, status=422)
    assert document["code"] == "invalid_request"
    assert document["errors"][0]["place"] == place
    assert words in document["errors"][0]["reason"]
    assert document["detail"].startswith(detail)
    assert document["remedy"]


async def test_a_word_that_is_none_of_a_few_is_answered_with_those_that_are(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    mode = await sue.post("/campaigns/push/mode", {"mode": "FOO"}, status=422)
    assert mode["field"] == "$.mode"
    told, _, words = mode["detail"].partition(" none of ")
    assert told == "mode is 'FOO', which is"
    assert words.split(", ") == sorted(Mode)
    tried = await sue.post("/campaigns/push/simulations", {"mode": "PREVIEW"}, status=422)
    words = tried["errors"][0]["reason"].partition(" none of ")[2]
    assert words.split(", ") == ["PREDICTIVE", "PREDICTIVE_ASM", "PROGRESSIVE", "PROGRESSIVE_ASM"]
    done = await (await stage.log_in("anna")).post("/interactions/i/done", {"then": "x"}, status=422)
    assert done["detail"] == "then is 'x', which is none of '', not_ready, ready"


class _Nested(Struct):
    one: CallResult | None = None
    many: list[Literal["a", "b"]] = []
    named: dict[str, CallResult] = {}
    short: Annotated[str, Meta(max_length=1)] = ""


class _Outer(Struct):
    inner: _Nested
    other: int = 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"one": "x"}, tuple(CallResult)),
        ({"many": ["a", "x"]}, ("a", "b")),
        ({"named": {"k": "x"}}, tuple(CallResult)),
        ({"short": "xx"}, ()),
    ],
)
def test_the_words_of_a_place_are_found_wherever_it_is(body: object, words: tuple[str, ...]) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert({"inner": body}, type=_Outer)
    place = str(refused.value).partition("`$")[2].rstrip("`")
    assert choices(_Outer, f"${place}") == words
    with pytest.raises(ProblemRaised) as told:
        decode_json(msgspec.json.encode({"inner": body}), _Outer)
    assert all(word in told.value.problem.detail for word in words)


async def test_mistakes_in_a_query_are_told_with_their_place(stage: Stage) -> None:
    otto = await stage.log_in("otto")
    for query, place in (("limit=0", "query.limit"), ("limit=x", "query.limit"), ("limit=1&limit=2", "query.limit")):
        document = await otto.get(f"/attempts?{query}", status=422)
        assert document["errors"][0]["place"] == place, query
    assert (await otto.get("/trunks?x=1", status=422))["field"] == "query.x"
    assert (await otto.get("/trunks?x=1", status=422))["detail"] == "x is not a parameter of this path"
    assert (await otto.get("/attempts?x=1", status=422))["detail"].startswith("the query: Object contains unknown")


async def test_a_number_that_cannot_be_dialed_is_refused_in_words(stage: Stage) -> None:
    ada = await stage.log_in("ada")
    body = {"campaign": "push", "number": "020", "phone": "101@desks"}
    document = await ada.post("/test-calls", body, status=422)
    assert document["field"] == "$.number"
    assert str(NodeRefused(document)).startswith("number is '020': the number has no country code")


async def test_the_command_line_tells_every_mistake_of_a_configuration(stage: Stage) -> None:
    stage.changes = ConfigurationError(("a.yaml:1: x: is wrong", "b.yaml:2: y: is wrong too"))
    document = await (await stage.log_in("ada")).post("/configuration/reload", status=422)
    assert str(NodeRefused(document)).splitlines()[1:] == ["a.yaml:1: x: is wrong", "b.yaml:2: y: is wrong too"]


async def test_what_is_no_json_is_not_read(stage: Stage) -> None:
    headers = (await stage.log_in("anna")).headers
    path = f"{API}/agent/not-ready"
    status, document = await told(stage, "POST", path, data=b"{", headers={**headers, "Content-Type": JSON})
    assert (status, document["code"]) == (400, "malformed_json")
    status, document = await told(stage, "POST", path, data=b"a=1", headers=headers)
    assert (status, document["code"]) == (415, "wrong_media_type")
    big = b'"' + b"x" * 70_000 + b'"'
    status, document = await told(stage, "POST", path, data=big, headers={**headers, "Content-Type": JSON})
    assert (status, document["code"]) == (413, "body_too_large")


async def test_unknown_paths_and_methods(stage: Stage) -> None:
    assert await told(stage, "GET", f"{API}/nothing") == (404, (await told(stage, "GET", f"{API}/nothing"))[1])
    async with stage.client.put(f"{API}/me") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET"


async def test_what_does_not_exist_is_named(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    document = await sue.post("/campaigns/spring/load", status=404)
    assert document["code"] == "campaign_not_found"
    assert document["facts"] == {"kind": "campaign", "name": "spring"}
    assert (await sue.get("/trunks/none", status=404))["code"] == "trunk_not_found"
    assert (await sue.get("/attempts?campaign=spring", status=404))["code"] == "campaign_not_found"
    assert (await sue.get("/attempts?campaign=push"))["attempts"] == []
    for path in ("/do-not-call?campaign=spring", "/do-not-call/+442079460123?campaign=spring"):
        assert (await sue.get(path, status=404))["code"] == "campaign_not_found"
    assert (await sue.get("/do-not-call?campaign=push"))["numbers"] == []


async def test_a_refusal_tells_the_facts_of_its_rule(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    document = await sue.post("/campaigns/push/stop", status=409)
    assert document["facts"]
    anna = await stage.log_in("anna")
    document = await anna.post("/agent/not-ready", {"reason": "holiday"}, status=409)
    assert document["code"] == "unknown_reason"
    assert "lunch" in document["facts"]["reasons"]


async def test_without_a_store_commands_are_told_to_wait(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.runtime.inbox.COMMIT_PATIENCE_S", 0.05)
    anna = await stage.log_in("anna")
    stage.store.broken = True
    headers = anna.headers
    async with stage.client.post(f"{API}/agent/ready", headers=headers) as response:
        assert response.status == 503
        assert int(response.headers["Retry-After"]) > 0
        assert (await response.json(content_type=None))["code"] == "store_unavailable"


async def test_without_an_engine_the_code_says_so(stage: Stage) -> None:
    async def away(_: object) -> object:
        raise EngineUnavailable("engine-1 is not connected")

    object.__setattr__(stage.dependencies, "asker", Away(away))
    anna = await stage.log_in("sue")
    document = await anna.post("/campaigns/push/load", status=503)
    assert document["code"] == "engine_unavailable"


async def test_a_node_with_too_much_to_do_says_so(stage: Stage) -> None:
    async def full(_: object) -> object:
        raise Overloaded(9000)

    object.__setattr__(stage.dependencies, "asker", Away(full))
    sue = await stage.log_in("sue")
    document = await sue.post("/campaigns/push/load", status=503)
    assert document["code"] == "overloaded"
    assert "9000 messages wait" in document["detail"]
    assert document["retry_after_s"] > 0


class Away:
    """An inbox that carries nothing out."""

    def __init__(self, ask: Any) -> None:
        self.ask = ask


async def test_a_fault_of_ours_is_logged_under_a_number(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_: object) -> object:
        raise ZeroDivisionError("secret of the house")

    sue = await stage.log_in("sue")
    object.__setattr__(stage.dependencies, "asker", Away(broken))
    with caplog.at_level(logging.CRITICAL):
        document = await sue.post("/campaigns/push/load", status=500)
    assert document["code"] == "fault"
    assert document["incident"]
    assert "secret" not in str(document)


async def test_mistakes_of_the_configuration_are_listed(stage: Stage) -> None:
    stage.changes = ConfigurationError(("trunks.yaml:3: trunks.carrier.host: is missing; add it",))
    ada = await stage.log_in("ada")
    document = await ada.post("/configuration/reload", status=422)
    assert document["code"] == "configuration_error"
    assert document["errors"][0]["reason"].startswith("trunks.yaml:3")


async def test_every_answer_has_the_security_headers(stage: Stage) -> None:
    for path in ("/", "/healthz", f"{API}/me", f"{API}/openapi.json", "/nothing"):
        async with stage.client.get(path) as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
            assert "unsafe" not in response.headers["Content-Security-Policy"]
            assert response.headers["Server"] == "cornetta"
            assert response.headers["Cache-Control"] == "no-store"
