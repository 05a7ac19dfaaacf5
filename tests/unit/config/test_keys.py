"""No key of the configuration is without effect: every allowed key is read, or refused."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

from config import model
from config.model import Engine, LogLevel, Section, Settings
from dialer.cli.service import engine_settings
from sip.client import ClientLimits

ROOT = Path(__file__).parents[3]
#: Packages that use the configuration.
PROGRAMS = ("dialer", "sip", "agent_api")

#: Keys read within `config` for others: `Settings.url`, `Trunk.sip_port`, `CallingWindow.hours` and the like.
THROUGH_A_METHOD = {
    *(f"CallingWindow.{day}" for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")),
    "Server.database_url",
    "BrowserPhone.passwords",
    "Settings.not_ready_reasons",
    "CampaignSettings.retries",
    *(f"{section}.{key}" for section in ("Unanswered", "UnansweredResult") for key in ("desk", "show_s")),
}

#: Keys refused with a reason by `config.consistency` until they are implemented.
REFUSED = {
    "CampaignSettings.recording",
    "Permissions.dial_alternative",
    "Permissions.dial_new_number",
}


def _keys() -> set[str]:
    keys = set()
    for module in pkgutil.iter_modules(model.__path__):
        members = vars(importlib.import_module(f"config.model.{module.name}")).values()
        for each in members:
            if isinstance(each, type) and issubclass(each, Section) and each is not Section:
                keys |= {f"{each.__name__}.{key}" for key in each.model_fields}
    return keys


def _read() -> set[str]:
    """Names of all attributes that are read somewhere."""
    files = [path for program in PROGRAMS for path in (ROOT / program).rglob("*.py")]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    return {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }


def test_every_key_is_carried_out_or_refused() -> None:
    read = _read()
    unread = {key for key in _keys() - THROUGH_A_METHOD - REFUSED if key.rpartition(".")[2] not in read}
    assert not unread


def test_an_engine_is_told_its_log_level_in_the_words_of_the_sip_stack(tmp_path: Path) -> None:
    server = Settings().server.model_copy(update={"data_directory": str(tmp_path)})
    for level, number in ((LogLevel.DEBUG, 5), (LogLevel.ERROR, 1)):
        settings = Settings(server=server, engines=(Engine(log_level=level),))
        assert engine_settings(settings, "engine-1").log_level == number


def test_the_usual_wait_for_an_engine_is_that_of_the_client() -> None:
    assert Engine().reconnect_s == ClientLimits().retry_last_s
