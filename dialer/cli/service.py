"""`cornetta run`: a node as a service, until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
from collections.abc import Mapping
from pathlib import Path

from config.model import LogLevel, Settings
from dialer.node import Node
from dialer.vocabulary.ids import EngineId
from dialer.vocabulary.interpreter import share_interpreter
from sip.engine.main import EngineSettings

#: Levels of pjlib's log (0..6) by ours: 5 writes every SIP message (pjsip, "Logging": 1 error to 5 trace).
STACK_LEVELS: Mapping[LogLevel, int] = {
    LogLevel.ERROR: 1,
    LogLevel.WARNING: 2,
    LogLevel.INFO: 3,
    LogLevel.DEBUG: 5,
}


#: File descriptors that a node asks for, where the system lets it.
_DESCRIPTORS = 65_536


def raise_descriptor_limit() -> None:
    """Raise the limit to the allowed maximum: the usual 1,024 are too few for a floor with its desktops."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def serve(settings: Settings, directory: Path) -> None:
    """Run the node until SIGTERM or SIGINT."""
    share_interpreter()
    raise_descriptor_limit()
    over = asyncio.Event()
    node = await Node.open(settings, directory)
    try:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, over.set)
        await node.start()
        await over.wait()
    finally:
        await node.stop()


def engine_settings(settings: Settings, name: str) -> EngineSettings:
    """The settings of one engine slot at its start. Raises NotFound."""
    engine = settings.engine(name)
    data = Path(settings.server.data_directory)
    state = data / engine.name
    data.mkdir(0o700, parents=True, exist_ok=True)
    state.mkdir(0o700, exist_ok=True)
    return EngineSettings(
        engine=EngineId(engine.name),
        socket=Path(settings.engine_socket(engine)),
        state_dir=state,
        log_file=engine.log_file,
        log_level=STACK_LEVELS[engine.log_level],
        clock_rate_hz=engine.clock_rate_hz,
        drain_timeout_s=engine.drain_s,
    )
