"""The image holds the programs, and no tools for building."""

import json

import pytest

from .daemon import Daemon

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

SIZE_MOST = 350_000_000


async def test_the_image_is_small_and_runs_as_nobody_special(images: Daemon) -> None:
    told = json.loads(await images.docker("image", "inspect", "cornetta"))[0]

    assert told["Size"] < SIZE_MOST
    assert told["Config"]["User"] == "cornetta"
    tools = "for tool in gcc g++ cc make swig pip pytest; do command -v $tool; done; id -u; id -g"
    said = await images.docker(
        "run", "--rm", "--network", "host", "--read-only", "--entrypoint", "sh", "cornetta", "-c", tools
    )
    assert said.split() == ["5060", "5060"]


async def test_the_desktop_is_where_the_program_looks_for_it(images: Daemon) -> None:
    ask = (
        "from agent_api.resources.desktop.build import installed, read_build; build = read_build(installed()); "
        "print(len(build.files), 'csp-nonce' in build.page)"
    )
    said = await images.docker(
        "run", "--rm", "--network", "host", "--entrypoint", "/opt/cornetta/.venv/bin/python", "cornetta", "-c", ask
    )

    files, marked = said.split()
    assert int(files) >= 2
    assert marked == "True"


async def test_the_program_starts_without_a_disk_to_write_on(images: Daemon) -> None:
    said = await images.docker("run", "--rm", "--network", "host", "--read-only", "cornetta", "--help")

    assert "SIP dialer server" in said
