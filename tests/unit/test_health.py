"""The health check of the containers: every listening socket has to answer."""

from __future__ import annotations

import importlib.util
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest

HEALTH = Path(__file__).parents[2] / "docker" / "health.py"


@pytest.fixture(scope="module")
def health() -> ModuleType:
    specification = importlib.util.spec_from_file_location("health", HEALTH)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


class Answer(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base names it so
        pass


@pytest.mark.parametrize(("status", "problem"), [(200, ""), (500, "500")])
def test_a_node_is_asked_whether_it_lives(health: ModuleType, status: int, problem: str) -> None:
    handler = type("Told", (Answer,), {"status": status})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert problem in health.check([os.getpid()])
        thread.join()


def test_an_engine_takes_a_connection(health: ModuleType, tmp_path: Path) -> None:
    assert health.check([os.getpid()]) == "nothing listens"
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(tmp_path / "engine.sock"))
        engine.listen(1)
        assert health.check([os.getpid()]) == ""
        (tmp_path / "engine.sock").unlink()
        assert "No such file" in health.check([os.getpid()])


def test_addresses_of_the_kernel_are_read(health: ModuleType) -> None:
    assert health.address("0100007F:1F90") == ("127.0.0.1", 8080)
    assert health.address("00000000:1F90") == ("127.0.0.1", 8080)
    assert health.address("00000000000000000000000000000000:0050") == ("::1", 80)
