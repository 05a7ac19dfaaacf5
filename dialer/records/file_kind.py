"""Files that are no text, or no table of text, whatever their name says: told by their first bytes."""

from __future__ import annotations

import re

_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook (.xls)"),
    (b"%PDF-", "a PDF document"),
    (rb"{\rtf", "a text document (RTF)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file (7z)"),
    (b"Rar!", "a compressed file (RAR)"),
    (b"SQLite format 3\0", "a database (SQLite)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PAR1", "a Parquet file"),
)
_ZIPPED: tuple[tuple[bytes, str], ...] = (
    (b"mimetypeapplication/vnd.oasis.opendocument", "a LibreOffice document (.ods)"),
    (b"[Content_Types].xml", "an Excel workbook (.xlsx)"),
    (b"_rels/", "an Excel workbook (.xlsx)"),
    (b"xl/", "an Excel workbook (.xlsx)"),
)
_HTML = re.compile(rb"<(!doctype html|html|table|head|body|meta|div)\b", re.IGNORECASE)
_XML = re.compile(rb"<(\?xml|[a-z]+:?workbook|xml)\b", re.IGNORECASE)
_JSON = re.compile(rb"[\[{]\s*[\"\[{]")


def kind_of(first: bytes) -> str:
    """What a file is whose first bytes these are, as `an Excel workbook (.xlsx)`; empty for what may be CSV."""
    for sign, kind in _KINDS:
        if first.startswith(sign):
            return kind
    if first.startswith(b"PK\x03\x04"):
        return next((kind for sign, kind in _ZIPPED if sign in first), "a compressed file (ZIP)")
    text = first.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").lstrip()
    if _HTML.match(text):
        return "a page or table in HTML"
    if _XML.match(text):
        return "an XML file"
    if _JSON.match(text):
        return "a JSON file"
    return ""
