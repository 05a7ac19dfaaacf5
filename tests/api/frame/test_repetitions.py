"""A request that is sent again is carried out once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agent_api.frame.idempotency import Repetitions
from dialer.ports import KeptResponse
from dialer.vocabulary.errors import Refused
from tests.api.stage import API, Stage


async def send(stage: Stage, headers: dict[str, str], key: str, body: Any) -> tuple[int, Any, bool]:
    """Status, document, and whether the answer is a repetition."""
    path = f"{API}/do-not-call"
    async with stage.client.post(path, json=body, headers={**headers, "Idempotency-Key": key}) as response:
        replayed = response.headers.get("Idempotency-Replayed") == "true"
        return response.status, await response.json(content_type=None), replayed


ONE = {"numbers": ["+442079460111"]}


async def barred(stage: Stage) -> int:
    return len(await stage.store.lines("numbers_barred"))


async def test_the_same_key_and_body_get_the_same_answer(stage: Stage) -> None:
    headers = (await stage.log_in("sue")).headers
    first = await send(stage, headers, "k1", ONE)
    again = await send(stage, headers, "k1", ONE)
    assert first == (200, {"numbers": 1, "stored": [{"given": "+442079460111", "number": "+442079460111"}]}, False)
    assert again == (200, {"numbers": 1, "stored": [{"given": "+442079460111", "number": "+442079460111"}]}, True)
    assert await barred(stage) == 1


async def test_the_same_key_for_something_else_is_refused(stage: Stage) -> None:
    headers = (await stage.log_in("sue")).headers
    await send(stage, headers, "k1", ONE)
    status, document, _ = await send(stage, headers, "k1", {"numbers": ["+442079460112"]})
    assert (status, document["code"]) == (409, "idempotency_conflict")
    assert await barred(stage) == 1


async def test_keys_belong_to_their_user(stage: Stage) -> None:
    sue, ada = await stage.log_in("sue"), await stage.log_in("ada")
    await send(stage, sue.headers, "k1", ONE)
    assert (await send(stage, ada.headers, "k1", {"numbers": ["+442079460112"]}))[0] == 200


async def test_requests_at_the_same_time_are_carried_out_once(stage: Stage) -> None:
    headers = (await stage.log_in("sue")).headers
    answers = await asyncio.gather(*(send(stage, headers, "k1", ONE) for _ in range(8)))
    assert {status for status, _, _ in answers} == {200}
    assert sum(not replayed for _, _, replayed in answers) == 1
    assert await barred(stage) == 1


async def test_a_refusal_is_kept_too(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    path = "/campaigns/push/start"
    first = await sue.post(path, status=409, Idempotency_Key="k1")
    await sue.post("/campaigns/push/load")
    assert await sue.post(path, status=409, Idempotency_Key="k1") == first
    await sue.post(path, Idempotency_Key="k2")


async def test_what_failed_by_our_fault_may_be_repeated(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = (await stage.log_in("sue")).headers
    monkeypatch.setattr("dialer.runtime.inbox.COMMIT_PATIENCE_S", 0.05)
    stage.store.broken = True
    status, document, _ = await send(stage, headers, "k1", ONE)
    assert (status, document["code"]) == (503, "store_unavailable")
    stage.store.broken = False
    monkeypatch.setattr("dialer.runtime.inbox.COMMIT_PATIENCE_S", 5)
    assert (await send(stage, headers, "k1", ONE))[0] == 200


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "ключ"])
async def test_a_key_is_visible_ascii(stage: Stage, key: str) -> None:
    headers = (await stage.log_in("sue")).headers
    status, document, _ = await send(stage, headers, key, ONE)
    assert (status, document["field"]) == (422, "header.Idempotency-Key")
    assert await barred(stage) == 0


async def test_a_key_of_a_request_that_was_never_finished_is_not_done_again(stage: Stage) -> None:
    """The node ended during the request, so it is unknown whether it was carried out."""
    keys = stage.store.idempotency_keys
    await keys.begin("sue", "k1", "print", stage.clock.now().utc)
    repetitions = Repetitions(keys, stage.clock)

    async def never() -> KeptResponse:
        raise AssertionError("carried out again")

    with pytest.raises(Refused, match="at work"):
        await repetitions.once("sue", "k1", "print", never)


async def test_the_keys_of_one_user_have_a_bound(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_api.frame.idempotency.MOST_OF_USER", 20)
    monkeypatch.setattr("agent_api.frame.idempotency.BURST_OF_USER", 120)
    sue, ada = await stage.log_in("sue"), await stage.log_in("ada")
    codes = [(await send(stage, sue.headers, f"k{number}", ONE))[0] for number in range(120)]
    assert set(codes) == {200}
    assert await stage.store.count("idempotency_keys", "user_name = 'sue'") <= 20 + 50
    while (await send(stage, sue.headers, f"k{len(codes)}", ONE))[0] == 200:
        codes.append(200)
        assert len(codes) < 1000
    status, document, _ = await send(stage, sue.headers, "one-more", ONE)
    assert (status, document["code"]) == (429, "too_many_requests")
    assert (await send(stage, ada.headers, "k", ONE))[0] == 200
