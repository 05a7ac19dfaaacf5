"""Lists and the do-not-call list by the API: numbers in one form, and reports on files."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest

from agent_api.frame.body import IN_WORDS, decode_json
from agent_api.frame.problems import ProblemRaised
from agent_api.keys import ROUTES
from config.model import CampaignSettings
from dialer.vocabulary.number_type import NumberType
from dialer.vocabulary.writes import AddDoNotCall
from tests.api.stage import API, Stage

LIST = f"{API}/lists/spring/records"


async def with_list(stage: Stage) -> dict[str, str]:
    sue = await stage.log_in("sue")
    await sue.post("/lists", {"name": "spring", "zone": "Europe/London", "region": "GB"}, status=201)
    return dict(sue.headers)


async def sent(stage: Stage, headers: dict[str, str], body: bytes, media: str = "text/csv", query: str = "") -> Any:
    async with stage.client.post(LIST + query, data=body, headers={**headers, "Content-Type": media}) as response:
        return {"status": response.status, **await response.json(content_type=None)}


@pytest.mark.parametrize(
    ("given", "region", "stored"),
    [
        ("+442079460001", "", "+442079460001"),
        ("+4402079460001", "", "+442079460001"),
        ("+44 (0)20 7946 0001", "", "+442079460001"),
        ("020 7946 0001", "GB", "+442079460001"),
        ("0044 20 7946 0001", "GB", "+442079460001"),
        ("\u202a+44 20 7946\u00a00001\u202c", "", "+442079460001"),
        ("(202) 555-0101", "US", "+12025550101"),
        ("tel:+1-202-555-0101", "", "+12025550101"),
        ("+44 909 8790001", "", "+449098790001"),
        ("+44 99 9999 9999", "", "+449999999999"),
    ],
)
async def test_numbers_are_barred_in_the_form_that_is_dialed(
    stage: Stage, given: str, region: str, stored: str
) -> None:
    sue = await stage.log_in("sue")
    answer = await sue.post("/do-not-call", {"numbers": [given], "region": region})
    assert answer == {"numbers": 1, "stored": [{"given": given, "number": stored}]}
    assert await sue.get(f"/do-not-call/{stored}") == {"number": stored, "listed": True}


async def test_a_number_is_looked_up_in_any_form(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    await sue.post("/do-not-call", {"numbers": ["+442079460001", "+44 20 7946 0001"]})
    assert await sue.get("/do-not-call/+4402079460001") == {"number": "+442079460001", "listed": True}
    assert (await sue.get("/do-not-call/020%207946%200001?region=GB"))["listed"]
    assert (await sue.get("/do-not-call"))["numbers"] == ["+442079460001"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("020 7946 0001", "the number has no country code: write it with + and the code, or name its country"),
        ("+44 20", "the number is too short"),
        ("+999123456789", "there is no such country code"),
        ("+44 20 7946 0001 0001 00", "the number is too long"),
        ("+44 20 7946 0001 x15", "the extension 15 is no part of the number: leave it out"),
        ("+442079460001 / +442079460002", "there are several numbers in the cell"),
        ("4.42079E+11", "a spreadsheet has rounded the number"),
        ("+44999", "this is an emergency number"),
        ("nobody", "there are letters in the number"),
        ("---", "this is no phone number"),
    ],
)
async def test_impossible_numbers_are_refused_with_place_and_reason(stage: Stage, given: str, reason: str) -> None:
    sue = await stage.log_in("sue")
    refused = await sue.post("/do-not-call", {"numbers": ["+442079460001", given]}, status=422)
    assert refused["field"] == "$.numbers[1]"
    assert refused["detail"].startswith(f"numbers[1] is {given!r}: {reason}")
    assert (await sue.get("/do-not-call"))["numbers"] == [], "nothing was put on the list"


async def test_a_test_call_dials_the_form_of_the_do_not_call_list(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    await sue.post("/do-not-call", {"numbers": ["+442079460001"]})
    body = {"campaign": "push", "number": "+4402079460001", "phone": "101@desks"}
    assert (await sue.post("/test-calls", body, status=409))["code"] == "do_not_call"
    refused = await sue.post("/test-calls", {**body, "number": "+449098790000"}, status=409)
    assert refused["code"] == "number_type"
    assert refused["detail"] == (
        "The number is a premium-rate number, and the campaign does not allow the type premium_rate."
    )


async def test_the_charset_of_a_file_is_respected(stage: Stage) -> None:
    headers = await with_list(stage)
    body = "number,name\n020 7946 0001,Zoë\n".encode("cp1252")
    refused = await sent(stage, headers, body)
    assert refused["refused"] == 1
    (row,) = refused["refusals"]
    assert row["reason"].startswith("byte 17 of the line is not UTF-8: save the file as UTF-8")
    assert row["because"] == {"key": "line_unusable.encoding", "facts": {"encoding": "UTF-8", "byte": 17}}
    report = await sent(stage, headers, body, "text/csv; charset=windows-1252")
    assert report["accepted"] == 1
    again = "number,name\n020 7946 0002,Zoë\n".encode("utf-16-le")
    assert (await sent(stage, headers, again, query="?encoding=utf-16"))["accepted"] == 1
    async with stage.client.get(LIST, headers=headers) as response:
        assert (await response.text()).count("Zoë") == 2
    unknown = await sent(stage, headers, body, "text/csv; charset=klingon")
    assert (unknown["status"], unknown["code"]) == (422, "file_unusable")


async def test_a_browser_on_windows_may_send_csv_under_its_name(stage: Stage) -> None:
    headers = await with_list(stage)
    assert (await sent(stage, headers, b"number\n020 7946 0001\n", "application/vnd.ms-excel"))["accepted"] == 1
    workbook = await sent(stage, headers, b"PK\x03\x04[Content_Types].xml", "application/vnd.ms-excel")
    assert workbook["detail"].startswith("The file is an Excel workbook (.xlsx), not CSV")
    assert (workbook["key"], workbook["facts"]) == ("file_unusable.kind", {"kind": "xlsx"})


async def test_what_cannot_be_found_out_is_asked_in_words_of_the_api(stage: Stage) -> None:
    headers = await with_list(stage)
    body = b"Recapito;name\n020 7946 0001;Ada\n"
    refused = await sent(stage, headers, body)
    assert (refused["code"], refused["remedy"]) == (
        "file_unusable",
        "Name it in the query: number_column=HEADER.",
    )
    assert "--" not in refused["detail"] + refused["remedy"]
    assert (await sent(stage, headers, body, query="?number_column=Recapito"))["accepted"] == 1
    tie = b"a;b, c\n020 7946 0002;x\n"
    assert "delimiter=" in (await sent(stage, headers, tie))["remedy"]
    assert (await sent(stage, headers, tie, query="?number_column=a&delimiter=%3B"))["accepted"] == 1


async def test_a_report_tells_of_columns_and_types(stage: Stage) -> None:
    headers = await with_list(stage)
    report = await sent(stage, headers, b"number,mobile\n2079460001.0,\n020 7946 0002,020 7946 0003\n+449098790001,\n")
    assert [row["column"] for row in report["refusals"]] == ["number", "number"]
    assert "premium_rate" in report["refusals"][1]["reason"]
    assert [row["because"] for row in report["refusals"]] == [
        {"key": "number_unusable.damaged", "facts": {"damage": "decimal"}},
        {"key": "number_unusable.type", "facts": {"type": "premium_rate"}},
    ]
    assert len(report["notes"]) == 2
    assert report["because"] == [
        {
            "key": "note_damaged",
            "facts": {
                "column": "number",
                "damages": [{"code": "note_damaged.count", "damage": "decimal", "count": 1}],
                "rows": 3,
            },
        },
        {"key": "note_spare_numbers", "facts": {"column": "mobile", "main": "number", "left": 1, "dialed": 0}},
    ]
    campaign: CampaignSettings = stage.settings.campaigns[0]
    allowed = campaign.model_copy(
        update={"lists": (campaign.lists[0].model_copy(update={"name": "spring"}),)}
        | {"allow_number_types": (NumberType.PREMIUM_RATE,)}
    )
    stage.settings = stage.settings.model_copy(update={"campaigns": (allowed,)})
    assert (await sent(stage, headers, b"number\n+449098790001\n"))["accepted"] == 1


async def test_names_of_lists_and_countries_are_refused_in_words(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    told = await sue.post("/lists", {"name": "spring 2026", "zone": "Europe/London"}, status=422)
    assert told["detail"] == "name is no name: use letters, digits, dot, dash and underscore, at most 64"
    told = await sue.post("/lists", {"name": "spring", "zone": "Europe/London", "region": "GBR"}, status=422)
    assert told["detail"] == "region is no country: write two letters, as in GB"
    told = await sue.post("/lists", {"name": "spring", "zone": "Europe/London", "region": "QQ"}, status=422)
    assert told["detail"] == "region is no country: 'QQ'; write two letters, as in GB"
    told = await sue.post("/lists", {"name": "spring", "zone": "EST"}, status=422)
    assert told["detail"] == "zone: 'EST' is an abbreviation and no place; write America/New_York"


async def test_every_pattern_of_the_api_has_words(stage: Stage) -> None:
    kinds = [kind for route in stage.app[ROUTES] for kind in (route.request, route.query) if kind is not None]
    _, components = msgspec.json.schema_components(kinds)
    assert set(_patterns(components)) == set(IN_WORDS)


def _patterns(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["pattern"]] if isinstance(node.get("pattern"), str) else []
        return own + [each for value in node.values() for each in _patterns(value)]
    return [each for value in node for each in _patterns(value)] if isinstance(node, list) else []


class _Odd(msgspec.Struct):
    word: Annotated[str, msgspec.Meta(pattern="^zz$")]


def test_a_pattern_is_never_shown() -> None:
    with pytest.raises(ProblemRaised) as told:
        decode_json(b'{"word": "a"}', _Odd)
    assert told.value.problem.detail == "word: does not have the right form"


async def test_a_supervisor_lifts_a_number_for_a_reason_that_is_kept(stage: Stage) -> None:
    sue, otto = await stage.log_in("sue"), await stage.log_in("otto")
    await sue.post("/do-not-call", {"numbers": ["+442079460001"]})
    path = "/do-not-call/+442079460001"
    await sue.request("DELETE", path, 422)
    await otto.request("DELETE", f"{path}?reason=asked", 403)
    told = await sue.request("DELETE", f"{path}?reason=asked%20for%20it", 200)
    assert told == {"number": "+442079460001", "listed": False}
    assert (await sue.request("DELETE", f"{path}?reason=again", 404))["code"] == "do_not_call_not_found"
    (facts,) = await stage.store.lines("do_not_call_lifted")
    assert facts == {"number": "+442079460001", "by": "sue", "reason": "asked for it"}


async def test_an_entry_of_somebody_elses_register_is_not_lifted_here(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    barred = AddDoNotCall("+442079460002", None, "register tps", None, 0.0)
    await stage.store.ledger.commit([barred])
    refused = await sue.request("DELETE", "/do-not-call/+442079460002?reason=asked", 409)
    assert refused["code"] == "not_our_entry"
    assert "register tps" in refused["detail"]
    assert (await sue.get("/do-not-call/+442079460002"))["listed"]
