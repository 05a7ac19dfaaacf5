"""The list of all reasons: open to all logged-in users, and sent once."""

from __future__ import annotations

import pytest

from dialer.words import listing
from tests.api.stage import API, Stage


@pytest.mark.parametrize("name", ["anna", "sue"])
async def test_all_reasons_are_listed_and_sent_once(stage: Stage, name: str) -> None:
    person = await stage.log_in(name)
    answer = await stage.client.get(f"{API}/words", headers=person.headers)
    assert answer.status == 200
    told = await answer.json()
    assert len(told["words"]) == len(listing.words().words)
    assert {"key", "code", "about", "facts", "sentence"} == set(told["words"][0])
    tag = answer.headers["ETag"]
    again = await stage.client.get(f"{API}/words", headers={**person.headers, "If-None-Match": f'"other", W/{tag}'})
    assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag)
    other = await stage.client.get(f"{API}/words", headers={**person.headers, "If-None-Match": '"other"'})
    assert other.status == 200


async def test_nobody_else_gets_it(stage: Stage) -> None:
    answer = await stage.client.get(f"{API}/words")
    assert answer.status == 401


async def test_a_refusal_names_the_key_of_its_sentence(stage: Stage) -> None:
    await stage.run("preview", "+442079460111")
    anna = await stage.log_in("anna")
    refused = await anna.post("/agent/campaigns/preview/get-record", status=409)
    assert (refused["code"], refused["key"], refused["facts"]) == ("not_ready", "not_ready", {"state": "not_ready"})
    assert refused["detail"] == "Be ready, with nothing on the desk, to get a record."
    missing = await anna.post("/agent/campaigns/none/get-record", status=404)
    assert (missing["code"], missing["key"]) == ("campaign_not_found", "not_found")
