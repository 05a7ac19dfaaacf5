"""Writes the list of all reasons, which a desktop's build reads: `python -m dialer.words`."""

from __future__ import annotations

from dialer.words import listing


def main() -> None:
    """Write the file beside this module."""
    listing.FILE.write_text(listing.text(), encoding="utf-8")


if __name__ == "__main__":
    main()
