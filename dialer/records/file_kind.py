"""Files that are no text, or no table of text, whatever their name says: told by their first bytes."""

from __future__ import annotations

import re

_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"%PDF-", "pdf"),
    (rb"{\rtf", "rtf"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "seven_zip"),
    (b"Rar!", "rar"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"PAR1", "parquet"),
)
_ZIPPED: tuple[tuple[bytes, str], ...] = (
    (b"mimetypeapplication/vnd.oasis.opendocument", "ods"),
    (b"[Content_Types].xml", "xlsx"),
    (b"_rels/", "xlsx"),
    (b"xl/", "xlsx"),
)
_HTML = re.compile(rb"<(!doctype html|html|table|head|body|meta|div)\b", re.IGNORECASE)
_XML = re.compile(rb"<(\?xml|[a-z]+:?workbook|xml)\b", re.IGNORECASE)
_JSON = re.compile(rb"[\[{]\s*[\"\[{]")


def kind_of(first: bytes) -> str:
    """What a file is whose first bytes these are, a kind of FileNotCsv; empty for what may be CSV."""
    for sign, kind in _KINDS:
        if first.startswith(sign):
            return kind
    if first.startswith(b"PK\x03\x04"):
        return next((kind for sign, kind in _ZIPPED if sign in first), "zip")
    text = first.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").lstrip()
    if _HTML.match(text):
        return "html"
    if _XML.match(text):
        return "xml"
    if _JSON.match(text):
        return "json"
    return ""
