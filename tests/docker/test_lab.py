"""The lab of the Compose file as shipped: calls are made, and programs are killed meanwhile."""

from __future__ import annotations

import time

import pytest

from dialer.lab.report import duplicates, lost
from dialer.lab.scenario import LIST
from dialer.ports import RecordRow
from dialer.ports.reports import AttemptPage, AttemptRow
from dialer.store.opening import open_store
from dialer.vocabulary.ids import CampaignName, ListName

from .lab import ComposeLab

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

DEMO, BEHIND_ASTERISK = "demo", "demo-asterisk"


async def test_a_killed_node_and_a_restarted_engine_cost_no_conversation_and_no_record(lab: ComposeLab) -> None:
    witness = lab.witness()
    try:
        async with lab.user("supervisor") as supervisor:
            await supervisor.until_talking(BEHIND_ASTERISK)
            begun = await supervisor.until_beginning(DEMO)
            await lab.daemon.kill(await lab.container("node"))
            killed_at = time.time()
            back = await supervisor.until_talking(DEMO)
            begun_later = await supervisor.until_beginning(DEMO)
            await lab.compose("restart", "engine")
            restarted_at = time.time()
            begun_last = await supervisor.until_beginning(DEMO)
            for campaign in (DEMO, BEHIND_ASTERISK):
                assert await supervisor.post(f"/campaigns/{campaign}/stop") == 200
            await supervisor.until_idle()
        node = await lab.state("node")
        on_wire = [invite.call_id for invite in witness.invites()]
        assert witness.missed == 0
    finally:
        witness.close()
    await lab.compose("stop", "demo", "asterisk-demo", "node")
    records, attempts = await _written(lab, DEMO)
    _, at_asterisk = await _written(lab, BEHIND_ASTERISK)

    assert node["RestartCount"] == 1
    assert lost(records, attempts, whole_list=False) == 0
    assert duplicates(attempts, on_wire) == 0
    assert set(on_wire) - {call_id for attempt in attempts for call_id in attempt.call_ids} == set()
    by_interaction = {attempt.interaction: attempt for attempt in attempts}
    assert (begun["id"], begun["connected_at"]) in [(each["id"], each["connected_at"]) for each in back]
    assert _ended_at(by_interaction[begun["id"]]) > killed_at
    assert _ended_at(by_interaction[begun_later["id"]]) < restarted_at, "the engine has waited"
    assert _ended_at(by_interaction[begun_last["id"]]) > restarted_at
    assert [each for each in at_asterisk if each.connected_at is not None]


async def _written(lab: ComposeLab, campaign: str) -> tuple[list[RecordRow], list[AttemptRow]]:
    """The node's database, read as by the next node."""
    store = await open_store(f"sqlite:///{lab.database()}", "lab")
    try:
        attempts = await store.reports.read(AttemptPage(CampaignName(campaign), 1000, ""))
        return [record async for record in store.lists.records(ListName(LIST))], list(attempts)
    finally:
        await store.close()


def _ended_at(attempt: AttemptRow) -> float:
    assert attempt.connected_at is not None
    assert attempt.ended_at is not None
    return attempt.ended_at
