"""References of the configuration: secrets in files and in the environment, and other files."""

from __future__ import annotations

import os
import stat
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from config.documents import FILE_PREFIX, Placed, Substituted, not_set
from config.model import SecretToCome

MAX_SECRET_BYTES = 65_536


class Secrets(Enum):
    """When the secrets of a configuration are needed: `NOW`, as by a starting node, or `LATER`, at their use."""

    NOW = "now"
    LATER = "later"


class _NotThere(ValueError):
    """The secret is missing here and now; another user or machine may have it."""


class References:
    """Resolves the references of one configuration directory; see `config.model.Source`. `secrets` says whether missing
    ones may wait until their use. `waiting` are those that do."""

    def __init__(self, directory: Path, secrets: Secrets = Secrets.NOW) -> None:
        self._directory = directory
        self._secrets = secrets
        self.waiting: dict[str, SecretToCome] = {}

    def secret(self, text: str) -> str | SecretToCome:
        """The secret itself. Raises ValueError if it is written in the file, missing, or empty."""
        return self._late(text) if self._secrets is Secrets.LATER else self._now(text)

    def first_secret(self, text: str) -> str | SecretToCome:
        """The same for a secret that is used once at most, which may always wait."""
        return self._late(text, "unless the database has the user already")

    def _late(self, text: str, unless: str = "") -> str | SecretToCome:
        try:
            return self._now(text)
        except _NotThere as error:
            if not isinstance(text, Placed):
                raise
            text.may_wait = True
            return self.waiting.setdefault(text.place, SecretToCome(f"{text.place}: {error}", unless))

    def _now(self, text: str) -> str:
        if isinstance(text, Substituted):
            text.may_wait = True  # the exception reports it, once
            if text.missing:
                raise _NotThere(not_set(text.missing))
            if not text:
                raise _NotThere(f"{text.written} is empty; set the environment variable to the secret")
            return _one_line(str(text), text.written)
        if text.startswith(FILE_PREFIX):
            return self._from_file(text.removeprefix(FILE_PREFIX).strip())
        raise ValueError("a secret may not stand in the configuration; write ${NAME_OF_VARIABLE} or file:PATH")

    def url(self, text: str) -> str | SecretToCome:
        """The URL itself. Raises ValueError if a password is written in it."""
        if text.startswith(FILE_PREFIX):
            return self.secret(text)
        if isinstance(text, Substituted) and text.missing:
            return self.secret(text)
        written = text.written if isinstance(text, Substituted) else text
        try:
            password = urlsplit(written).password
        except ValueError as error:
            raise ValueError(
                f"is no URL ({error}); write for example sqlite:////var/lib/cornetta/cornetta.db"
            ) from error
        if password and "${" not in password:
            raise ValueError("a password may not stand in the configuration; write ${NAME_OF_VARIABLE} in its place")
        return str(text)

    def path(self, text: str) -> str:
        """The absolute path; relative ones start at the directory of the configuration."""
        return os.path.normpath(self._directory.absolute() / Path(text).expanduser())

    def _from_file(self, name: str) -> str:
        path = Path(self.path(name))
        try:
            with open(path, "rb", opener=_open_regular) as stream:
                mode = os.fstat(stream.fileno()).st_mode
                if not stat.S_ISREG(mode):
                    raise ValueError(f"{path} is no file; name the file that holds the secret")
                if mode & (stat.S_IRWXG | stat.S_IRWXO):
                    raise ValueError(f"{path} may be read by others; run chmod 600 {path}")
                content = stream.read(MAX_SECRET_BYTES + 1)
        except OSError as error:
            raise _NotThere(f"{path} cannot be read ({error.strerror}); write the secret into it") from error
        return _text(content, path)


def _open_regular(path: str, flags: int) -> int:
    """Open without waiting for the other side of a pipe."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def _text(content: bytes, path: Path) -> str:
    if len(content) > MAX_SECRET_BYTES:
        raise ValueError(f"{path} is larger than {MAX_SECRET_BYTES} bytes; name the file that holds the secret alone")
    try:
        secret = without_frame(content.decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8; save it as UTF-8") from error
    if not secret:
        raise ValueError(f"{path} is empty; write the secret into it")
    return _one_line(secret, str(path))


def without_frame(text: str) -> str:
    """`text` without the invisible additions of editors: byte order marks before it, line ends after it."""
    return text.lstrip("\ufeff").rstrip("\r\n")


def _one_line(secret: str, where: str) -> str:
    """The secret, checked to be a single line. Raises ValueError."""
    if any(ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 for letter in secret):
        raise ValueError(f"{where} holds line ends or control characters; write the secret alone, in one line of UTF-8")
    return secret
