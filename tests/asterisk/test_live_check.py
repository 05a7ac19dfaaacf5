"""`cornetta check --live` with the Asterisk of the examples: each missing line is named."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dialer.cli.live_check import remedies
from dialer.cli.live_check.check import LiveCheck, tell
from dialer.cli.live_check.findings import Finding, Verdict

from .example import PHONE_PASSWORD, TO_PHONES, Example

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SILENCE_S = 8.0
STEP_S = 5.0


async def found(example: Example, changes: Mapping[str, str], secret: str = PHONE_PASSWORD) -> dict[str, Finding]:
    """The findings of the check with these lines changed, by trial."""
    await example.change(changes)
    check = LiveCheck(example.settings(), "101@desks", secret, SILENCE_S, STEP_S)
    said: list[str] = []
    return {finding.trial: finding async for finding in check.findings(said.append)}


def wrongs(findings: Mapping[str, Finding]) -> dict[str, str]:
    """The remedies, by trial."""
    return {trial: each.remedy for trial, each in findings.items() if each.verdict is Verdict.WRONG}


async def test_the_example_has_nothing_to_change(example: Example) -> None:
    findings = await found(example, {})
    assert wrongs(findings) == {}, findings
    assert {trial for trial, each in findings.items() if each.verdict is Verdict.NOT_TRIED} == set()
    assert len(findings) == 10


async def test_who_follows_the_readme_has_nothing_to_change(example: Example) -> None:
    example.readme = True
    try:
        findings = await found(example, {})
    finally:
        example.readme = False
    assert wrongs(findings) == {}, findings


async def test_each_line_that_is_left_out_is_named(example: Example) -> None:
    findings = await found(
        example,
        {
            "moh_passthrough = yes": "",
            "allow_transfer = no": "",
            "__ALERT_INFO": "ALERT_INFO",
            "rtp_timeout = 2": "",
            TO_PHONES: "Dial(PJSIP/${EXTEN},30)",
        },
    )
    assert wrongs(findings) == {
        "hold at the phone": remedies.HOLD,
        "transfer by a key of the phone": remedies.TRANSFER,
        "headers to the phone": remedies.HEADERS,
        "phone that dies in a call": remedies.DEAD_PHONE,
        "engine that dies in a call": remedies.DEAD_DIALER,
    }


async def test_a_lost_phone_without_a_cause_of_its_own_is_named(example: Example) -> None:
    findings = await found(example, {TO_PHONES: "Dial(PJSIP/${EXTEN},30)"})
    assert wrongs(findings)["cause of a lost phone"] == remedies.CAUSE


@pytest.mark.parametrize(
    ("changes", "secret", "trial", "remedy"),
    [
        ({}, "wrong", "registration of the phone", "--phone-secret must be"),
        (
            {"password = change-me\n": "password = other\n"},
            PHONE_PASSWORD,
            "call to the phone",
            "`[cornetta] type = auth`",
        ),
        (
            {"exten => _1XX,1,Set": "exten => _9XX,1,Set", "exten => _X.": "exten => _8."},
            PHONE_PASSWORD,
            "call to the phone",
            "exten =>",
        ),
        (
            {"allow = alaw\ndtmf_mode = rfc4733\ndirect_media = no\ntrust": "allow = gsm\ntrust"},
            PHONE_PASSWORD,
            "call to the phone",
            "allow = alaw",
        ),
    ],
    ids=["phone's password", "trunk's password", "no extension", "codec"],
)
async def test_a_refused_call_names_what_refuses_it(
    example: Example, changes: Mapping[str, str], secret: str, trial: str, remedy: str
) -> None:
    findings = await found(example, changes, secret)
    assert remedy in findings[trial].remedy, findings


async def test_what_is_said_ends_with_what_is_to_change(example: Example) -> None:
    await example.change({})
    said: list[str] = []
    check = LiveCheck(example.settings())
    assert await tell(check, said.append) == 0
    assert "OPTIONS to trunk pbx: 401 Unauthorized" in said[0]
    assert said[-1] == "nothing to change"
