"""Zones that are no places become places, and typed numbers of the do-not-call list E.164."""

from __future__ import annotations

import phonenumbers
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: Area codes of Arizona, which has no summer time.
ARIZONA = ("+1480", "+1520", "+1602", "+1623", "+1928")

PLACES = {"EST": "America/New_York", "HST": "Pacific/Honolulu", "MST": "America/Denver"}

#: Rows of the do-not-call list that are read at a time.
PAGE = 5_000


def upgrade() -> None:
    connection = op.get_bind()
    for zone, place in PLACES.items():
        _move(connection, zone, place)
    _normalise(connection)


def downgrade() -> None:
    """Does nothing: the former values are not known, and the former version reads the new ones as well."""


def _move(connection: sa.Connection, zone: str, place: str) -> None:
    """Records of `zone` to `place`: in tzdata the abbreviations know no summer time."""
    connection.execute(sa.text("UPDATE lists SET zone = :place WHERE zone = :zone"), {"place": place, "zone": zone})
    found = connection.execute(sa.text("SELECT list_id FROM list_zones WHERE zone = :zone"), {"zone": zone}).all()
    for (list_id,) in found:
        values = {"list": list_id, "zone": zone}
        if zone == "MST":
            codes = " OR ".join(f"number LIKE '{code}%'" for code in ARIZONA)
            _write(connection, values, "America/Phoenix", f" AND ({codes})")
        _write(connection, values, place, "")
        connection.execute(sa.text("DELETE FROM list_zones WHERE list_id = :list AND zone = :zone"), values)


def _write(connection: sa.Connection, values: dict[str, object], place: str, condition: str) -> None:
    update = f"UPDATE records SET zone = :place WHERE list_id = :list AND zone = :zone{condition}"
    if connection.execute(sa.text(update), {**values, "place": place}).rowcount:
        insert = "INSERT INTO list_zones (list_id, zone) VALUES (:list, :place) ON CONFLICT (list_id, zone) DO NOTHING"
        connection.execute(sa.text(insert), {"list": values["list"], "place": place})


def _normalise(connection: sa.Connection) -> None:
    """Entries as `+4402079460001` match no call, which goes to +442079460001. Text that is no number stays."""
    after = ("", "")
    while rows := connection.execute(
        sa.text(
            "SELECT number, campaign FROM do_not_call WHERE number > :number OR (number = :number AND"
            " campaign > :campaign) ORDER BY number, campaign LIMIT :limit"
        ),
        {"number": after[0], "campaign": after[1], "limit": PAGE},
    ).all():
        after = (rows[-1].number, rows[-1].campaign)
        for row in rows:
            number = _e164(row.number)
            if number != row.number:
                _rewrite(connection, row.number, row.campaign, number)


def _rewrite(connection: sa.Connection, number: str, campaign: str, right: str) -> None:
    columns = "campaign, source, agent, at"
    values = {"right": right, "number": number, "campaign": campaign}
    connection.execute(
        sa.text(
            f"INSERT INTO do_not_call (number, {columns}) SELECT :right, {columns} FROM do_not_call"
            " WHERE number = :number AND campaign = :campaign ON CONFLICT (number, campaign) DO NOTHING"
        ),
        values,
    )
    connection.execute(sa.text("DELETE FROM do_not_call WHERE number = :number AND campaign = :campaign"), values)


def _e164(number: str) -> str:
    """The number as it is dialed; unchanged where it cannot be read."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
