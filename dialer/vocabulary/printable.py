"""Text from outside, made safe for a terminal. A carrier's reason or a contact's name may hold any characters."""

from __future__ import annotations

#: Control characters by their codes, with the escapes that replace them.
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
CONTROLS |= {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
#: Marks that reorder the text of a terminal.
CONTROLS |= {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029)}


def printable(text: str) -> str:
    """`text` with control characters, half surrogates and marks that reorder it written as escapes."""
    return text.translate(CONTROLS).encode("utf-8", "backslashreplace").decode()
