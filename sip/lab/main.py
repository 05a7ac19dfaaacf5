"""`python -m sip.lab.main --settings FILE --folder DIR`: one lab, asked over its standard input and output.

It prints one line when it is up (`{"ready": true, "engine_pid": ...}`), answers each line of `control`, and ends when
its input does, so that it never outlives the program that started it; with `--service` it asks for no input and runs
until SIGTERM. Exit code 1 when it could not start or its engine was lost; the last line then says why.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from dialer.vocabulary.errors import CornettaError

from .control import Request
from .lab import Lab, LabFailed
from .profile import profile_named
from .settings import LabSettings
from .synthesis import cached_sounds

LINE_BYTES_MAX = 1024 * 1024
CONCURRENT_REQUESTS_MAX = 32


class _Identified(msgspec.Struct, frozen=True):
    id: int = 0


class Port:
    """Lines in from standard input, objects out to standard output."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.reader = reader
        self._encoder = msgspec.json.Encoder()

    @classmethod
    async def open(cls) -> Port:
        reader = asyncio.StreamReader(LINE_BYTES_MAX)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        return cls(reader)

    @classmethod
    def until_sigterm(cls) -> Port:
        """Without requests: the input ends with SIGTERM or SIGINT."""
        reader = asyncio.StreamReader()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, reader.feed_eof)
        return cls(reader)

    def tell(self, answer: dict[str, Any]) -> None:
        sys.stdout.buffer.write(self._encoder.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


async def answer_line(lab: Lab, line: bytes) -> dict[str, Any]:
    """The answer to one request, as it goes out."""
    try:
        request: Request = msgspec.json.decode(line, type=Request)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        return {"id": _id_of(line), "ok": False, "code": "bad_request", "problem": str(error)}
    try:
        answer = await lab.answer(request)
    except CornettaError as error:
        return {"id": request.id, "ok": False, "code": error.code, "problem": str(error)}
    return {"id": request.id, "ok": True, **msgspec.to_builtins(answer, str_keys=True)}


def _id_of(line: bytes) -> int:
    """The id of a request that is otherwise unreadable, so that the asker gets an answer; 0 if there is none."""
    try:
        return msgspec.json.decode(line, type=_Identified).id
    except (msgspec.DecodeError, msgspec.ValidationError):
        return 0


async def serve(lab: Lab, port: Port) -> None:
    """Answer requests until the input ends; each in a task of its own, as some of them wait."""
    room = asyncio.Semaphore(CONCURRENT_REQUESTS_MAX)

    async def one(line: bytes) -> None:
        try:
            port.tell(await answer_line(lab, line))
        finally:
            room.release()

    async with asyncio.TaskGroup() as tasks:
        while line := await port.reader.readline():
            await room.acquire()
            tasks.create_task(one(line))


async def run(settings: LabSettings, folder: Path, sounds: Path | None, *, service: bool = False) -> int:
    """Run one lab until the input ends, or as a `service` until SIGTERM (0), or until its engine is lost (1)."""
    port = Port.until_sigterm() if service else await Port.open()
    try:
        lab = await Lab.start(settings, cached_sounds(sounds), folder)
    except CornettaError as error:
        port.tell({"ready": False, "code": error.code, "problem": str(error)})
        return 1
    port.tell({"ready": True, "engine_pid": lab.engine_pid})
    serving = asyncio.create_task(serve(lab, port))
    try:
        either: set[asyncio.Future[Any]] = {serving, lab.failed}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if lab.failed.done():
            port.tell({"failed": True, "problem": f"the lab's engine was lost: {lab.failed.result()}"})
            return 1
        await serving
        return 0
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await lab.stop()


def read_settings(arguments: argparse.Namespace) -> LabSettings:
    """Settings from JSON, or from single options. Raises LabFailed, NotFound."""
    if arguments.settings:
        try:
            return msgspec.json.decode(arguments.settings.read_bytes(), type=LabSettings)
        except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
            raise LabFailed(f"{arguments.settings}: {error}") from error
    return LabSettings(
        carrier_port=arguments.carrier_port,
        phones_port=arguments.phones_port,
        agents=arguments.agents,
        first_phone=arguments.first_phone,
        seed=arguments.seed,
        profile=profile_named(arguments.profile),
        measuring=not arguments.no_tones,
        registrar=arguments.registrar,
        phone_password=arguments.phone_password,
        capture_ports=tuple(arguments.capture_port),
    )


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m sip.lab.main", description="A simulated carrier and phones.")
    options.add_argument("--folder", type=Path, help="for socket, log and state of the lab's engine")
    options.add_argument("--sounds", type=Path, help="cache of synthesised sounds")
    options.add_argument("--settings", type=Path, help="a JSON file of all settings, instead of the options below")
    options.add_argument("--carrier-port", type=int, default=5080)
    options.add_argument("--phones-port", type=int, default=5082)
    options.add_argument("--agents", type=int, default=4)
    options.add_argument("--first-phone", type=int, default=1001, help="user of the first phone; the others follow")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--profile", default="demo", help="demo, measured, mixed or prompt")
    options.add_argument("--no-tones", action="store_true", help="legs talk all the time and are not measured")
    options.add_argument("--registrar", default="", help="where phones register, for example sip:127.0.0.1:5060")
    options.add_argument("--phone-password", default="")
    options.add_argument("--capture-port", type=int, action="append", default=[])
    options.add_argument("--service", action="store_true", help="answer no questions, run until SIGTERM")
    return options


def main() -> int:
    options = parser()
    arguments = options.parse_args()
    try:
        settings = read_settings(arguments)
    except CornettaError as error:
        options.error(str(error))
    if arguments.folder:
        return asyncio.run(run(settings, arguments.folder, arguments.sounds, service=arguments.service))
    with tempfile.TemporaryDirectory(prefix="cornetta-lab-") as folder:
        return asyncio.run(run(settings, Path(folder), arguments.sounds, service=arguments.service))


if __name__ == "__main__":
    sys.exit(main())
