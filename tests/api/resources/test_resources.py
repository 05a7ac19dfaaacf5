"""Lists, do not call, trunks, configuration, health and figures."""

from __future__ import annotations

import csv
import io
from typing import get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agent_api.frame.body import MAX_UPLOAD_BYTES
from agent_api.resources.lists import Renewable
from config.difference import Applies, Change
from dialer.ports import NewRecord
from dialer.trunks.accounts import trunk_account
from dialer.views.call import CallPhase
from dialer.vocabulary import events
from dialer.vocabulary.ids import CampaignName, ListName, TrunkName
from dialer.vocabulary.outputs import ClaimRecords, ListShare
from dialer.vocabulary.results import RENEWABLE, CallResult, RecordStatus
from dialer.vocabulary.telephony import ProbeCompleted
from dialer.vocabulary.writes import UpdateRecord
from tests.api.engine import ENGINE
from tests.api.stage import API, Stage

CSV = {"Content-Type": "text/csv"}


async def test_a_list_is_added_once_and_a_file_is_read_into_it(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    row = await sue.post("/lists", {"name": "spring", "zone": "Europe/Rome", "region": "IT"}, status=201)
    assert (row["name"], row["records"]) == ("spring", 0)
    again = await sue.post("/lists", {"name": "spring", "zone": "Europe/Rome"}, status=409)
    assert again["code"] == "list_exists"
    wrong = await sue.post("/lists", {"name": "x", "zone": "Europe/Nowhere"}, status=422)
    assert wrong["field"] == "$.zone"
    path, body = f"{API}/lists/spring/records", b"number,contact\n+442079460111,Ann\nnonsense,Bob\n"
    async with stage.client.post(path, data=body, headers={**sue.headers, **CSV}) as response:
        report = await response.json()
    assert (report["rows"], report["accepted"], report["refused"]) == (2, 1, 1)
    assert (report["refusals"][0]["line"], report["refusals"][0]["column"]) == (3, "number")
    async with stage.client.post(path, data=b"name\nAnn\n", headers={**sue.headers, **CSV}) as response:
        assert response.status == 422
        assert (await response.json(content_type=None))["code"] == "file_unusable"
    missing = f"{API}/lists/none/records"
    async with stage.client.post(missing, data=body, headers={**sue.headers, **CSV}) as response:
        assert response.status == 404
    async with stage.client.post(path, data=body, headers=sue.headers) as response:
        assert response.status == 415


async def test_a_reset_is_previewed_and_carried_out_by_who_may(stage: Stage) -> None:
    assert set(get_args(Renewable)) == {each.value for each in RENEWABLE}
    name = ListName("spring")
    await stage.store.lists.add_list(name, "Europe/London", "GB", 0.0)
    rows = [NewRecord(n, f"+44207946000{n}", "x", "Ann", "Europe/London") for n in range(1, 4)]
    await stage.store.lists.add_records(name, rows, 0.0)
    request = ClaimRecords(CampaignName("c"), (ListShare(name, 1),), ("Europe/London",), 2, 60.0, 1.0, 6)
    for record in (await stage.store.ledger.claim(request)).records:
        done = UpdateRecord(record.record, record.fence, RecordStatus.UPDATED, None, CallResult.BUSY, None, 2.0)
        await stage.store.ledger.commit([done])
    sue = await stage.log_in("sue")
    told = await sue.post("/lists/spring/reset", {"preview": True})
    assert (told["reset"], told["by_status"], told["preview"]) == (2, {"updated": 2}, True)
    assert (await sue.post("/lists/spring/reset", {"statuses": ["cancelled"]}))["reset"] == 0
    assert (await sue.get("/lists"))[0]["ready"] == 1
    assert (await sue.post("/lists/spring/reset", {}))["reset"] == 2
    assert (await sue.get("/lists"))[0]["ready"] == 3
    await sue.post("/lists/spring/reset", {"statuses": ["ready"]}, status=422)
    await sue.post("/lists/nowhere/reset", {}, status=404)
    await (await stage.log_in("anna")).post("/lists/spring/reset", {}, status=403)


async def test_an_import_that_is_sent_again_is_read_once(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    await sue.post("/lists", {"name": "spring", "zone": "Europe/Rome"}, status=201)
    headers = {**sue.headers, **CSV, "Idempotency-Key": "file-1"}
    path = f"{API}/lists/spring/records"
    answers = []
    for body in (b"number\n+442079460111\n", b"number\n+442079460111\n", b"number\n+442079460112\n"):
        async with stage.client.post(path, data=body, headers=headers) as response:
            answers.append((response.status, response.headers.get("Idempotency-Replayed")))
    assert answers == [(200, None), (200, "true"), (409, None)]


def test_uploads_have_a_bound() -> None:
    assert MAX_UPLOAD_BYTES <= 2**30


async def test_an_export_has_all_columns_and_no_formulas(stage: Stage) -> None:
    name = ListName("spring")
    await stage.store.lists.add_list(name, "Europe/London", "GB", 0.0)
    rows = [
        NewRecord(1, "+442079460111", "x", "=HYPERLINK(1)", "Europe/London", data={"city": "Leeds"}),
        NewRecord(2, "+442079460112", "x", "Zoë, née O'Neil", "Europe/London", data={"plan": "-1+1"}),
    ]
    await stage.store.lists.add_records(name, rows, 0.0)
    headers = (await stage.log_in("otto")).headers
    async with stage.client.get(f"{API}/lists/spring/records", headers=headers) as response:
        assert response.content_type == "text/csv"
        lines = list(csv.DictReader(io.StringIO(await response.text())))
    assert [line["contact"] for line in lines] == ["'=HYPERLINK(1)", "Zoë, née O'Neil"]
    assert [(line["city"], line["plan"]) for line in lines] == [("Leeds", ""), ("", "'-1+1")]
    assert lines[0]["number"] == "+442079460111"


async def test_barred_numbers_stay_and_are_paged(stage: Stage) -> None:
    sue, otto = await stage.log_in("sue"), await stage.log_in("otto")
    numbers = [f"+44207946011{n}" for n in range(5)]
    assert (await sue.post("/do-not-call", {"numbers": numbers}))["numbers"] == 5
    await sue.post("/do-not-call", {"numbers": ["+442079460199"], "campaign": "push"})
    page = await otto.get("/do-not-call?limit=3")
    rest = await otto.get(f"/do-not-call?limit=3&after={page['next'].replace('+', '%2B')}")
    assert page["numbers"] + rest["numbers"] == numbers
    assert rest["next"] == ""
    assert (await otto.get("/do-not-call/+442079460199?campaign=push"))["listed"]
    assert not (await otto.get("/do-not-call/+442079460199"))["listed"]
    assert await stage.store.do_not_call.is_listed(numbers[0], CampaignName("push"))
    refused = await sue.post("/do-not-call", {"numbers": ["0207"]}, status=422)
    assert refused["field"] == "$.numbers[0]"
    assert refused["detail"].startswith("numbers[0] is '0207': the number has no country code")
    assert (await sue.post("/do-not-call", {"numbers": numbers, "campaign": "x"}, status=404))["code"]


async def test_a_campaign_lives_through_its_states(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    states = [(await sue.post(f"/campaigns/push/{what}"))["state"] for what in ("load", "start")]
    assert states == ["loaded", "running"]
    await sue.post("/campaigns/push/stop")
    await stage.until(lambda: stage.campaign("push").state == "loaded")
    assert (await sue.post("/campaigns/push/mode", {"mode": "PROGRESSIVE"}))["mode_label"] == "Progressive"
    again = await sue.post("/campaigns/push/mode", {"mode": "PROGRESSIVE"})
    assert again["happens"] == ["It was in PROGRESSIVE already: nothing changes."]
    await sue.post("/campaigns/push/mode", {"mode": "FAST"}, status=422)
    await sue.post("/campaigns/push/unload", {"force": True})
    await stage.until(lambda: stage.campaign("push").state == "inactive")


async def test_trunks_tell_their_limits(stage: Stage) -> None:
    (trunk,) = await (await stage.log_in("otto")).get("/trunks")
    assert (trunk["name"], trunk["legs"], trunk["max_legs"], trunk["registered"]) == ("carrier", 0, 30, None)


async def test_it_is_told_when_a_trunk_came_up_and_went_down(stage: Stage) -> None:
    def probed(code: int) -> None:
        at = stage.clock.now().monotonic
        completed = ProbeCompleted(trunk_account(TrunkName("carrier")), "sip:x", code, "nobody there", 3.0, at)
        stage.post(events.EngineSaid(ENGINE, completed))

    otto = await stage.log_in("otto")
    path = "/trunks/carrier/states"
    assert await otto.get(path) == []
    probed(200)
    for _ in range(stage.settings.trunks[0].probe_misses_down + 1):
        probed(0)
    await stage.until(lambda: stage.world.trunks[TrunkName("carrier")].state == "down")
    await stage.written()
    down, up = await otto.get(path)
    assert (down["trunk"], down["state"], down["error"], up["state"]) == ("carrier", "down", "nobody there", "up")
    assert down["because"] == {"key": "trunk_unreachable.saying", "facts": {"sip_code": 0, "said": "nobody there"}}
    assert (up["error"], up["because"]) == ("", None)
    assert await otto.get(f"{path}?limit=1") == [down]
    assert await otto.get(f"{path}?till={down['at']}") == [up]
    assert (await otto.get("/trunks/none/states", 404))["code"] == "trunk_not_found"
    await otto.get(f"{path}?till=-1", 422)
    await (await stage.log_in("anna")).get(path, 403)


async def test_a_reload_tells_what_changes_and_when(stage: Stage) -> None:
    stage.changes = (Change("campaign push", "mode: PREVIEW becomes PROGRESSIVE", Applies.AFTER_UNLOAD, "note"),)
    ada = await stage.log_in("ada")
    told = await ada.post("/configuration/reload")
    assert told["changes"] == [
        {
            "subject": "campaign push",
            "text": "mode: PREVIEW becomes PROGRESSIVE",
            "applies": "after unload",
            "note": "note",
        }
    ]


async def test_readiness_says_what_is_missing(stage: Stage) -> None:
    async with stage.client.get("/readyz") as response:
        assert (response.status, await response.json()) == (200, {"ready": True, "missing": [], "problems": []})
    stage.engine.disconnect()
    await stage.until(lambda: stage.world.usable_engine() is None)
    async with stage.client.get("/readyz") as response:
        assert (response.status, (await response.json())["missing"]) == (503, ["no engine is connected"])
    async with stage.client.get("/healthz") as response:
        assert response.status == 200


async def test_a_trunk_without_account_is_told_and_the_only_one_makes_the_node_unready(stage: Stage) -> None:
    async def told(*problems: str) -> tuple[int, list[str], list[str]]:
        stage.engine.take_configuration(*problems)
        await stage.until(lambda: stage.world.engines[ENGINE].problems == problems)
        async with stage.client.get("/readyz") as response:
            body = await response.json()
            return response.status, body["missing"], body["problems"]

    carrier, desks = "account trunk/carrier: 192.0.2.77 is", "account phone/desks: UDP port 5080 of 192.0.2.77 is"
    name = "the node's log says why"
    at_carrier, at_desks = (
        f"engine engine-1, account trunk/carrier: {name}",
        f"engine engine-1, account phone/desks: {name}",
    )
    assert await told(desks) == (200, [], [at_desks])
    assert await told("account trunk/carrier-2: is another's") == (
        200,
        [],
        [at_carrier.replace("carrier:", "carrier-2:")],
    )
    missing = ["no engine could make the account of any trunk"]
    assert await told(carrier, desks) == (503, missing, [at_carrier, at_desks])
    assert await told() == (200, [], [])


async def test_figures_are_for_this_machine_and_name_nobody(stage: Stage) -> None:
    await stage.run("push", "+442079460111")
    anna = await stage.log_in("anna")
    await anna.post("/agent/ready")
    await stage.until(lambda: stage.on_desk("anna"))
    async with stage.client.get("/metrics") as response:
        text = await response.text()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    running = {sample.labels["campaign"]: sample.value for sample in families["cornetta_campaign_running"].samples}
    assert running == {"push": 1, "preview": 0, "asm": 0}
    calls = {(each.labels["campaign"], each.labels["phase"]): each.value for each in families["cornetta_calls"].samples}
    assert {key for key, value in calls.items() if value} == {("push", "offered")}
    assert len(calls) == 3 * len(CallPhase), "a curve comes down to 0, it does not break off"
    agents = {tuple(each.labels.values()): each.value for each in families["cornetta_agents"].samples}
    assert agents["push", "reserved"] == agents["push", "logged_out"] == 1
    assert "cornetta_http_requests" in families
    assert "anna" not in text
    assert "4420794" not in text
    async with stage.client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}) as response:
        assert response.status == 403


async def test_the_figures_tell_an_engines_memory_and_what_is_in_use_of_its_heap(stage: Stage) -> None:
    stage.engine.tell_memory(rss_mb=108.4, heap_mb=42.2)
    await stage.until(lambda: stage.world.engines[ENGINE].heap_mb > 0)
    async with stage.client.get("/metrics") as response:
        families = {each.name: each for each in text_string_to_metric_families(await response.text())}
    figures = [families[f"cornetta_engine_{name}_bytes"].samples[0].value for name in ("resident", "heap")]
    assert figures == pytest.approx([108_400_000, 42_200_000])


async def test_the_start_page_names_the_document(stage: Stage) -> None:
    async with stage.client.get("/api") as response:
        assert response.content_type == "text/html"
        page = await response.text()
    assert f"{API}/openapi.json" in page
    assert 'name="viewport"' in page, "a telephone shows it at its own width"
