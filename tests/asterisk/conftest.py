"""One Asterisk for the whole folder; each test closes its own parts."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dialer.lab.asterisk import AsteriskPeer
from dialer.lab.asterisk_configuration import AsteriskSettings
from dialer.lab.ports import free_ports

from .example import Example
from .floors import PASSWORD, PHONES_MOST, Floors, Switch


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def switch(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Switch]:
    """Asterisk 22 with TLS, eight phones, the dialer as a digest peer and a trunk to the carrier."""
    folder = tmp_path_factory.mktemp("switch")
    ports = free_ports()
    for name in ("own", "stranger"):
        await asyncio.to_thread(_certify, folder, name)
    settings = AsteriskSettings(
        sip_port=ports.asterisk,
        tls_port=ports.asterisk_tls,
        rtp_port_low=ports.asterisk_rtp[0],
        rtp_port_high=ports.asterisk_rtp[1],
        carrier_port=ports.carrier,
        phones=tuple(str(1001 + number) for number in range(PHONES_MOST)),
        phone_password=PASSWORD,
        dialer_password=PASSWORD,
        certificate_file=str(folder / "own.pem"),
        key_file=str(folder / "own.key"),
    )
    async with AsteriskPeer(settings, folder / "asterisk") as asterisk:
        yield Switch(asterisk, ports, folder)
    ports.release()


def _certify(folder: Path, name: str) -> None:
    """An authority `NAME-ca.pem` and a certificate for 127.0.0.1 that it signed."""
    key = ["-newkey", "rsa:2048", "-nodes", "-days", "2"]
    ca, ca_key = folder / f"{name}-ca.pem", folder / f"{name}-ca.key"
    _openssl("req", "-x509", *key, "-subj", f"/CN={name} authority", "-keyout", str(ca_key), "-out", str(ca))
    request = folder / f"{name}.csr"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    _openssl("req", *key, *subject, "-keyout", str(folder / f"{name}.key"), "-out", str(request))
    signing = ["-CA", str(ca), "-CAkey", str(ca_key), "-CAcreateserial", "-copy_extensions", "copy", "-days", "2"]
    _openssl("x509", "-req", "-in", str(request), *signing, "-out", str(folder / f"{name}.pem"))


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def example(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Example]:
    """The Asterisk of our examples and the README."""
    ports = free_ports()
    made = Example(tmp_path_factory.mktemp("example"), ports)
    async with made.asterisk:
        # Phones can transfer only with this module, which a usual Asterisk loads.
        await made.asterisk.cli("module load res_pjsip_refer.so")
        yield made
    ports.release()


@pytest.fixture
def floors(switch: Switch, tmp_path: Path) -> Floors:
    """Opens a floor around the switch: engine, node, carrier and phones."""
    return Floors(switch, tmp_path)
