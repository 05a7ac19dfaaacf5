"""The report of a reload: each change, and when it comes into force."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.difference import Applies, difference
from config.loader import load
from config.model import Settings

Write = Callable[[dict[str, str] | str], Path]

PASSWORD = {"PASSWORD": "correct horse"}


@pytest.fixture
def settings(write: Write, minimal: str) -> Settings:
    return load(write(minimal), PASSWORD)


def changed(settings: Settings, section: str, **values: object) -> Settings:
    """Settings whose first item of a section, or the section itself, has other values."""
    was = getattr(settings, section)
    if isinstance(was, tuple):
        kind = type(was[0])
        item = kind.model_validate({**dict(was[0]), **values})
        return settings.model_copy(update={section: (item, *was[1:])})
    return settings.model_copy(update={section: type(was).model_validate({**dict(was), **values})})


def test_equal_settings_do_not_differ(settings: Settings) -> None:
    assert difference(settings, settings) == ()


@pytest.mark.parametrize(
    ("section", "values", "said", "applies"),
    [
        ("campaigns", {"ring_timeout_s": 25}, "campaign spring: ring_timeout_s: 30 becomes 25", Applies.AT_ONCE),
        ("campaigns", {"offer": {"look_s": 0}}, "campaign spring: offer.look_s: 3 becomes 0", Applies.AT_ONCE),
        ("campaigns", {"lists": ["a", "b"]}, "campaign spring: lists: spring becomes a, b", Applies.AT_ONCE),
        (
            "campaigns",
            {"retries": {"busy": {"delay_s": 60}}},
            "campaign spring: retries.busy: nothing becomes {delay_s: 60}",
            Applies.AT_ONCE,
        ),
        ("campaigns", {"mode": "PREVIEW"}, "campaign spring: mode: PROGRESSIVE becomes PREVIEW", Applies.AFTER_UNLOAD),
        ("campaigns", {"mode": "PROGRESSIVE_ASM"}, "campaign spring: mode: ", Applies.AFTER_UNLOAD),
        ("campaigns", {"mode": "PREDICTIVE"}, "campaign spring: mode: ", Applies.AT_ONCE),
        ("trunks", {"max_legs": 5}, "trunk pbx: max_legs: 30 becomes 5", Applies.AT_ONCE),
        ("phones", {"user": "{agent}"}, "phone desks: user: {extension} becomes {agent}", Applies.AT_ONCE),
        ("teams", {"agents": ["a*"]}, "team sales: agents: nothing becomes a*", Applies.AT_ONCE),
        ("server", {"session_idle_s": 60}, "server: session_idle_s: 3600 becomes 60", Applies.AT_ONCE),
        ("server", {"trusted_proxies": ["10.0.0.1"]}, "server: trusted_proxies: ", Applies.AT_ONCE),
        ("server", {"listen_port": 8090}, "server: listen_port: 8080 becomes 8090", Applies.AFTER_NODE_RESTART),
        ("engines", {"unattended_s": 20}, "engine engine-1: unattended_s: 10 becomes 20", Applies.AT_ONCE),
        ("engines", {"socket": "/run/x"}, "engine engine-1: socket: ", Applies.AFTER_NODE_RESTART),
        ("engines", {"rtp_port_low": 21_000}, "engine engine-1: rtp_port_low: ", Applies.AFTER_ENGINE_RESTART),
        ("users", {"role": "auditor"}, "user alice: changed", Applies.NEVER),
    ],
)
def test_a_change_is_told_with_what_it_waits_for(
    settings: Settings, section: str, values: dict[str, object], said: str, applies: Applies
) -> None:
    (change,) = difference(settings, changed(settings, section, **values))
    assert str(change).startswith(said)
    assert change.applies is applies


@pytest.mark.parametrize(
    ("section", "added", "removed"),
    [
        ("campaigns", Applies.AT_ONCE, Applies.AFTER_UNLOAD),
        ("trunks", Applies.AT_ONCE, Applies.AT_ONCE),
        ("engines", Applies.AFTER_NODE_RESTART, Applies.AFTER_NODE_RESTART),
        ("users", Applies.AT_ONCE, Applies.NEVER),
        ("not_ready_reasons", Applies.AT_ONCE, Applies.AT_ONCE),
    ],
)
def test_what_comes_and_goes_is_told(settings: Settings, section: str, added: Applies, removed: Applies) -> None:
    without = settings.model_copy(update={section: getattr(settings, section)[1:]})
    (gone,) = difference(settings, without)
    (come,) = difference(without, settings)
    assert (gone.text, gone.applies) == ("removed", removed)
    assert (come.text, come.applies) == ("added", added)


def test_another_order_is_a_change(settings: Settings) -> None:
    turned = settings.model_copy(update={"not_ready_reasons": settings.not_ready_reasons[::-1]})
    (change,) = difference(settings, turned)
    assert change.text == "order: training, lunch, break"


def test_secrets_are_never_shown(write: Write, minimal: str) -> None:
    text = minimal.replace("host: 127.0.0.1", 'host: 127.0.0.1\n    authentication: {user: a, password: "${PBX}"}')
    old, new = (load(write(text), {**PASSWORD, "PBX": secret}) for secret in ("first secret", "second secret"))
    (change,) = difference(old, new)
    assert str(change) == "trunk pbx: authentication.password: another secret; applies at once"
    without = load(write(minimal), PASSWORD)
    assert "secret" not in str(difference(without, new)[0]).replace("SecretStr", "")


def test_rows_of_a_section_are_told_by_name_and_key(settings: Settings) -> None:
    def fields(**more: object) -> dict[str, object]:
        city = {"key": "city", "label": "City", "editable": True, **more}
        return {"fields": {"record": [{"key": "plan", "label": "Plan"}, city]}}

    before = changed(settings, "campaigns", **fields())
    (change,) = difference(before, changed(settings, "campaigns", **fields(label="Town")))
    assert change.text == "fields.record.city.label: City becomes Town"
    (change,) = difference(
        before, changed(settings, "campaigns", fields={"record": [{"key": "plan", "label": "Plan"}]})
    )
    assert change.text == "fields.record: plan, city becomes plan"


def test_both_sides_of_a_long_value_show_what_differs(settings: Settings) -> None:
    names = [f"agent-{n:02}" for n in range(40)]
    before = changed(settings, "teams", agents=names)
    after = changed(settings, "teams", agents=[*names[:30], "somebody", *names[31:]])
    (change,) = difference(before, after)
    was, _, becomes = change.text.partition(" becomes ")
    assert "agent-30" in was
    assert "somebody" in becomes
    assert len(change.text) < 250


def test_no_program_text_is_shown(settings: Settings) -> None:
    rows = [{"call_result": "answer", "label": "Yes"}, "wrong_number"]
    values: dict[str, object] = {
        "outcome": {"call_results": rows, "dispositions": [{"code": "sold", "label": "Sold"}]},
        "calling_window": {"monday": "08:00-20:00"},
        "retries": {"busy": {"delay_s": 5}},
        "unanswered": {"results": {"busy": "wait"}},
        "fields": {"case": [{"key": "a", "label": "A"}]},
    }
    after = changed(settings, "campaigns", **values)
    for one, other in ((settings, after), (after, settings)):
        for change in difference(one, other):
            assert not {"(", "=", "<", "'"} & set(change.text), change.text
