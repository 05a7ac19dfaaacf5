"""The messages of the WebSocket match the documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from aiohttp import ClientWebSocketResponse

from agent_api.live.handbook import event_tables, with_events
from agent_api.live.messages import FromDesktop, event_type
from dialer.views.topics import all_topics
from dialer.vocabulary import topics
from tests.api.engine import BUSY
from tests.api.stage import API, Stage

PATIENCE_S = 5


async def document(stage: Stage) -> dict[str, Any]:
    async with stage.client.get(f"{API}/openapi.json") as response:
        found: dict[str, Any] = await response.json()
        return found


def stream(told: dict[str, Any]) -> dict[str, Any]:
    """The schema of the server's messages."""
    answer: dict[str, Any] = told["paths"][f"{API}/events"]["get"]["responses"]["101"]
    return dict(answer["content"]["application/json"]["schema"])


async def heard_until(socket: ClientWebSocketResponse, topic: str) -> list[dict[str, Any]]:
    """Messages up to the first event of a topic."""
    found: list[dict[str, Any]] = []
    while not found or found[-1].get("topic") != topic:
        found.append(await socket.receive_json(timeout=PATIENCE_S))
    return found


async def test_the_route_of_the_events_has_the_schemas_of_all_messages(stage: Stage) -> None:
    told = await document(stage)
    listed = {each["$ref"].rpartition("/")[2] for each in stream(told)["anyOf"]}
    events = {event_type(each).__name__ for each in all_topics()}
    assert listed == events | {"DeskSnapshot", "FloorSnapshot", "Resumed", "Heartbeat"}
    operation = told["paths"][f"{API}/events"]["get"]
    assert operation["x-client-message"] == {"$ref": f"#/components/schemas/{FromDesktop.__name__}"}
    for row in all_topics():
        schema = told["components"]["schemas"][event_type(row).__name__]["properties"]
        assert schema["topic"] == {"enum": [row.name]}
        null = {"type": "null"} in schema["body"].get("anyOf", [])
        assert null is isinstance(row, topics.Model), row.name


async def test_what_desktops_hear_of_a_call_is_what_the_document_says(stage: Stage) -> None:
    told = await document(stage)
    says = jsonschema_rs.validator_for({**stream(told), "components": told["components"]})
    await stage.run("push", f"+44207946{BUSY}")
    anna, sue = await stage.log_in("anna"), await stage.log_in("sue")
    desk, floor = await anna.socket(), await sue.socket()
    await anna.post("/agent/ready")
    await stage.until(lambda: stage.on_desk("anna"))
    shown = (await anna.get("/agent"))["interaction"]
    await anna.post(f"/interactions/{shown['id']}/help", {"text": "is this the right number?"})
    messages = await heard_until(floor, "help_wanted")
    assert messages[-1]["body"]["text"] == "is this the right number?"
    await anna.post(f"/interactions/{shown['id']}/accept", {"offer": shown["offer"]["id"]})
    messages += [*await heard_until(desk, "not_reached"), *await heard_until(floor, "interaction")]
    assert {"snapshot", "event"} <= {each["type"] for each in messages}
    assert {"agent", "interaction", "not_reached"} <= {each.get("topic") for each in messages}
    for message in messages:
        says.validate(message)
    for wrong in ({"topic": "misspelt"}, {"topic": "not_reached", "body": {"code": 1}}, {"body": {"name": "anna"}}):
        assert not says.is_valid({**messages[-1], **wrong})
    for socket in (desk, floor):
        await socket.close()


def test_the_handbook_has_the_messages_and_topics_as_they_are() -> None:
    page = Path(__file__).parents[3] / "docs" / "api.md"
    text = page.read_text(encoding="utf-8")
    assert text == with_events(text), f"replace the tables of events in docs/api.md by:\n{event_tables()}"


@pytest.mark.parametrize("row", all_topics(), ids=lambda row: f"{row.audience.__name__}-{row.name}")
def test_each_row_says_what_it_is_to_people(row: topics.Topic) -> None:
    assert row.key
    assert row.words
    assert not row.words.endswith(".")
