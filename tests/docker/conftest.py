"""The images, built once from the checked-out tree, and the lab of the Compose file on a network of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from .daemon import Daemon, run
from .lab import ComposeLab

REPOSITORY = Path(__file__).parents[2]
PEERS = Path(__file__).with_name("peers.sh")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cornetta"


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """For a Docker: its socket needs a short path, and its data a disk. CORNETTA_DOCKER_DIR names one that stays, so
    that the next run can use this run's images."""
    kept = os.environ.get("CORNETTA_DOCKER_DIR")
    path = Path(kept or tempfile.mkdtemp(prefix="dock"))
    path.mkdir(exist_ok=True)
    yield path
    if not kept:
        shutil.rmtree(path)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def images(folder: Path) -> AsyncIterator[Daemon]:
    """A Docker that has the images, with the network of the machine."""
    if os.geteuid() != 0:
        pytest.fail("A Docker of the test's own needs root: sudo make test")
    daemon = Daemon(folder)
    try:
        await daemon.start(alone=False)
        await _import_bases(daemon)
        built = _built_wheel()
        chosen = ("--build-arg", f"PJSUA2={await _import_wheel(daemon, built)}") if built else ()
        page = REPOSITORY / "desktop" / "dist"
        if page.is_dir():
            chosen = (*chosen, "--build-arg", f"DESKTOP={await _import_only(daemon, 'desktop', page, 'page')}")
        network = ("--network", "host")
        file = REPOSITORY / "docker" / "Dockerfile"
        asterisk = ("build", *network, "-t", "cornetta-asterisk", REPOSITORY / "docker" / "asterisk")
        async with asyncio.TaskGroup() as both:
            both.create_task(daemon.docker(*asterisk, timeout_s=600.0))
            product = ("build", *network, *chosen, "-f", file, "-t", "cornetta", REPOSITORY)
            both.create_task(daemon.docker(*product, timeout_s=600.0))
        units, file = REPOSITORY / "docker" / "systemd", Path(__file__).with_name("systemd.Dockerfile")
        await daemon.docker("build", *network, "-f", file, "-t", "cornetta-systemd", units)
        yield daemon
    finally:
        await daemon.stop()


async def _import_bases(daemon: Daemon) -> None:
    for name, suite in (("debian:12-slim", "bookworm"), ("debian:sid-slim", "sid")):
        tarball = (await run(PEERS, "base", suite)).strip()
        await daemon.docker("import", "--change", 'CMD ["bash"]', tarball, name)


def _built_wheel() -> Path | None:
    """The wheel of this environment, where it is one for Debian 12; else the image builds its own."""
    marker = REPOSITORY / ".venv" / ".cornetta-pjsua2"
    system = Path("/etc/debian_version").read_text() if Path("/etc/debian_version").exists() else ""
    if not system.startswith("12.") or not marker.exists():
        return None
    found = sorted((CACHE / "wheel" / marker.read_text().strip()).glob("pjsua2-*-cp311-*.whl"))
    return found[0] if found else None


async def _import_wheel(daemon: Daemon, wheel: Path) -> str:
    return await _import_only(daemon, "pjsua2", wheel, f"wheel/{wheel.name}")


async def _import_only(daemon: Daemon, name: str, path: Path, where: str) -> str:
    """Make an image with this file or folder alone; returns its name."""
    tarball = daemon.folder / f"{name}.tar"
    with tarfile.open(tarball, "w") as archive:
        archive.add(path, where)
    await daemon.docker("import", tarball, f"cornetta-{name}:built")
    return f"cornetta-{name}:built"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lab(images: Daemon) -> AsyncIterator[ComposeLab]:
    """The lab with its Asterisk, up and dialing."""
    await images.stop()
    compose = (await run(PEERS, "compose")).split()
    lab = ComposeLab(images, compose, REPOSITORY / "docker" / "compose.yaml")
    try:
        await images.start(alone=True)
        await lab.up()
        yield lab
    finally:
        await lab.down()
        await images.stop()
