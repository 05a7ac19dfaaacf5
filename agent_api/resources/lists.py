"""Calling lists: adding, importing, exporting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Literal, get_args
from urllib.parse import quote

from aiohttp import web
from msgspec import Meta, Struct

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.numbers import REGION
from agent_api.frame.problems import Place, invalid
from agent_api.frame.route import PREFIX, Route
from agent_api.frame.section import Section
from dialer.compliance.zones import NoPlace, place_zone
from dialer.ports import ImportReport, ListRow, RecordRow, ResetReport
from dialer.records.exporting import csv_line
from dialer.records.import_options import ImportOptions, columns_from
from dialer.records.phone_number import known_region
from dialer.records.place import types_of
from dialer.vocabulary.errors import NotFound, Refused
from dialer.vocabulary.ids import ListName
from dialer.vocabulary.plain_text import VERBATIM
from dialer.vocabulary.results import RecordStatus
from dialer.words import say

#: The number of rows sent to the client at a time.
_ROWS_AT_A_TIME = 500
_COLUMNS = ("record", "list", "number", "contact", "zone", "status", "type", "result", "attempts", "due_at")


#: Statuses of records that a reset takes.
Renewable = Literal["updated", "chain_updated", "stale", "cancelled"]


class ListRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`zone` is the IANA zone of records without one of their own; `region` the country of numbers that are not in
    international form, ISO 3166-1 alpha-2."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    zone: Annotated[str, Meta(min_length=1, max_length=64)]
    region: Annotated[str, Meta(pattern=REGION)] = ""


class ImportQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """What is found out when it is not said: the header of the numbers, the character between fields (`,`, `;`, `tab`,
    `|`), the encoding of the file. The charset of the Content-Type is that of a file for which no encoding is said."""

    number_column: Annotated[str, Meta(max_length=200)] = ""
    delimiter: Annotated[str, Meta(max_length=16, extra=VERBATIM)] = ""
    encoding: Annotated[str, Meta(max_length=40)] = ""


async def show(exchange: Exchange) -> Reply:
    return Reply(tuple(await exchange.dependencies.lists.lists()))


async def _known(exchange: Exchange) -> ListRow:
    name = exchange.path("list")
    for row in await exchange.dependencies.lists.lists():
        if row.name == name:
            return row
    raise NotFound("list", name)


async def add(exchange: Exchange) -> Reply:
    said = exchange.content_as(ListRequest)
    try:
        await asyncio.to_thread(place_zone, said.zone)
    except NoPlace as problem:
        raise invalid(Place("$.zone", f"{said.zone!r} {say(problem.reason)}")) from None
    if said.region and not known_region(said.region):
        raise invalid(Place("$.region", f"is no country: {said.region!r}; write two letters, as in GB"))
    lists = exchange.dependencies.lists
    if any(row.name == said.name for row in await lists.lists()):
        raise Refused("list_exists", f"There is a list {said.name!r} already.", list=said.name)
    await lists.add_list(ListName(said.name), said.zone, said.region, exchange.now.utc)
    row = next(row for row in await lists.lists() if row.name == said.name)
    return Reply(row)


class ResetRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`statuses` are those of the records to be dialed again; left out, all of finished and cancelled ones. `preview`
    changes nothing and says how many it would be."""

    statuses: tuple[Renewable, ...] = get_args(Renewable)
    preview: bool = False


async def reset(exchange: Exchange) -> Reply:
    """Finished and cancelled records are due again, with no attempt counted. Barred ones stay."""
    said = exchange.content_as(ResetRequest)
    name = ListName(exchange.path("list"))
    lists = exchange.dependencies.lists
    statuses = [RecordStatus(status) for status in said.statuses]
    if said.preview:
        return Reply(await lists.count_reset(name, statuses))
    return Reply(await lists.reset(name, statuses, f"user {exchange.who.user.name}", exchange.now.utc))


async def import_records(exchange: Exchange) -> Reply:
    """The rows that are accepted are added; those that are refused are told with line, column and reason."""
    row = await _known(exchange)
    if exchange.upload is None:
        raise TypeError("the route has no upload")
    query = exchange.query_as(ImportQuery)
    options = ImportOptions(
        row.zone,
        row.region,
        columns_from((), query.number_column),
        query.encoding or exchange.request.charset or "",
        query.delimiter,
        types_of(exchange.settings, row.name),
    )
    return Reply(await exchange.dependencies.importer.import_file(row.name, exchange.upload, options))


async def export_records(exchange: Exchange) -> web.StreamResponse:
    """All records as CSV, custom fields as columns of their own."""
    row = await _known(exchange)
    lists = exchange.dependencies.lists
    keys: dict[str, None] = {}
    async for record in lists.records(row.name):
        keys.update(dict.fromkeys(record.data))
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name)}.csv",
        }
    )
    await response.prepare(exchange.request)
    await response.write(csv_line((*_COLUMNS, *keys)).encode())
    async for block in _blocks(lists.records(row.name), tuple(keys)):
        await response.write(block)
    await response.write_eof()
    return response


async def _blocks(records: AsyncIterator[RecordRow], keys: tuple[str, ...]) -> AsyncIterator[bytes]:
    lines: list[str] = []
    async for record in records:
        lines.append(_line(record, keys))
        if len(lines) >= _ROWS_AT_A_TIME:
            yield "".join(lines).encode()
            lines.clear()
    if lines:
        yield "".join(lines).encode()


def _line(record: RecordRow, keys: tuple[str, ...]) -> str:
    own = (
        record.record,
        record.list,
        record.number,
        record.contact,
        record.zone,
        record.status.value,
        record.type,
        record.result.value if record.result else "",
        record.attempts,
        f"{record.due_at:.0f}",
    )
    return csv_line((*own, *(record.data.get(key, "") for key in keys)))


def routes() -> tuple[Route, ...]:
    section, records = Section("lists", f"{PREFIX}/lists"), "/{list}/records"
    get, post = section.get, section.post
    reset_words, import_words = "Dial finished and cancelled records again", "Import records from a CSV file"
    return (
        get("", "lists", "All calling lists", show, tuple[ListRow, ...]),
        post("", "addList", "Add an empty calling list", add, ListRow, request=ListRequest, status=201),
        post("/{list}/reset", "resetList", reset_words, reset, ResetReport, request=ResetRequest),
        post(
            records, "importRecords", import_words, import_records, ImportReport, upload="text/csv", query=ImportQuery
        ),
        get(records, "exportRecords", "Export records as a CSV file", export_records, media="text/csv"),
    )
