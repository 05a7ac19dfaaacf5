"""What `make desktop` has built, read once and kept in memory: a request is a look-up, and reaches no disk."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from types import MappingProxyType

PAGE = "index.html"

#: Codings of HTTP by the ending of a file that was compressed at build, the best first.
CODINGS = MappingProxyType({"br": ".br", "gzip": ".gz"})

_MEDIA_TYPES = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".ico": "image/x-icon",
        ".jpg": "image/jpeg",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".mp3": "audio/mpeg",
        ".ogg": "audio/ogg",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
        ".wav": "audio/wav",
        ".webmanifest": "application/manifest+json",
        ".webp": "image/webp",
        ".woff2": "font/woff2",
    }
)
_OTHER = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes as they are sent, and their entity tag without quotation marks."""

    content: bytes
    tag: str


@dataclass(frozen=True, slots=True)
class File:
    """A file of the build. `coded` has what was compressed at build, by coding, the best first."""

    media_type: str
    plain: Body
    coded: Mapping[str, Body]


@dataclass(frozen=True, slots=True)
class Build:
    """The page with its marks for nonces, and the files beside it by their path, without a slash at the beginning."""

    page: str
    files: Mapping[str, File]


def installed() -> Path:
    """Where the build is: in the checkout that runs, else where an image has it."""
    checkout = Path(__file__).parents[3] / "desktop" / "dist"
    return checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "cornetta" / "desktop"


def read_build(folder: Path) -> Build | None:
    """The build in `folder`, or None where there is none. Symbolic links are no part of it. Blocks."""
    try:
        found = {path.relative_to(folder).as_posix(): _content(path) for path in _files(folder)}
        page = found.pop(PAGE).decode()
    except (KeyError, OSError, UnicodeDecodeError):
        return None
    plain = {name: content for name, content in found.items() if not _is_coded(name, found)}
    return Build(page, {name: _file(name, content, found) for name, content in plain.items()})


def _files(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def _content(path: Path) -> bytes:
    """Raises OSError for what became a link since it was listed, or is no regular file."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(f"{path} is no regular file")
        return file.read()


def _is_coded(name: str, found: Mapping[str, bytes]) -> bool:
    return any(name.endswith(ending) and name.removesuffix(ending) in (*found, PAGE) for ending in CODINGS.values())


def _file(name: str, content: bytes, found: Mapping[str, bytes]) -> File:
    coded = {coding: _body(found[name + ending]) for coding, ending in CODINGS.items() if name + ending in found}
    return File(_MEDIA_TYPES.get(PurePosixPath(name).suffix, _OTHER), _body(content), coded)


def _body(content: bytes) -> Body:
    return Body(content, blake2b(content, digest_size=16).hexdigest())
