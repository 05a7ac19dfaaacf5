"""Plain data: lists, users, sessions, Idempotency-Keys, history."""

from __future__ import annotations

import math

import pytest
from msgspec import structs

from dialer.ports import KeptResponse, NewRecord, Session, User
from dialer.ports.reports import (
    AttemptPage,
    InteractionsOfAgent,
    InteractionsOfNumber,
    InteractionsOfRecord,
    LinesOfInteraction,
    LinesOfRecord,
    OneInteraction,
    TrunkStateRow,
    TrunkStates,
)
from dialer.store.opening import Store
from dialer.vocabulary.errors import NotFound, Refused
from dialer.vocabulary.ids import InteractionId, ListName, RecordId, TrunkName
from dialer.vocabulary.reasons.trunks import NoAnswerToProbe
from dialer.vocabulary.results import RecordStatus, RecordType
from dialer.vocabulary.writes import AddDoNotCall, AddHistory, SaveTrunk
from tests.contract.store.backends import (
    ADA,
    LIST,
    LONDON,
    NOON,
    SPRING,
    AnyStore,
    begin,
    contact,
    fill,
    interaction,
    number,
    request,
)

USER = User("ada", "Ada Example", "agent", "$argon2id$x", "sip:ada@127.0.0.1", ("north", "south"))


async def test_lists_are_added_once_and_counted(store: AnyStore) -> None:
    await fill(store, 3)
    await store.lists.add_list(LIST, "Europe/Rome", "IT", NOON + 9)
    await store.ledger.claim(request(1))
    (row,) = await store.lists.lists()
    assert (row.name, row.zone, row.region, row.records, row.ready) == (LIST, LONDON, "GB", 3, 2)
    with pytest.raises(NotFound) as refused:
        await store.lists.add_records(ListName("nowhere"), [contact(1)], NOON)
    assert refused.value.code == "list_not_found"


async def test_duplicates_are_refused_by_number_and_external_id(store: AnyStore) -> None:
    await fill(store, 2)
    named = NewRecord(9, number(0), "x", "", LONDON, external_id="order-7")
    rows = [contact(0), named, named, contact(2), contact(2)]
    assert list(await store.lists.add_records(LIST, rows, NOON)) == [contact(0), named, contact(2)]
    assert [row.number async for row in store.lists.records(LIST)] == [number(0), number(1), number(0), number(2)]


async def test_numbers_that_nobody_may_dial_are_imported_as_such(store: AnyStore) -> None:
    await store.ledger.commit([AddDoNotCall(number(1), None, "import", None, NOON)])
    await fill(store, 2)
    rows = [row async for row in store.lists.records(LIST)]
    assert [(row.status, row.type) for row in rows] == [
        (RecordStatus.READY, RecordType.GENERAL),
        (RecordStatus.CANCELLED, RecordType.NO_CALL),
    ]
    assert len((await store.ledger.claim(request(5))).records) == 1


async def test_records_are_read_in_portions_in_order(store: AnyStore) -> None:
    await fill(store, 1203)
    rows = [row async for row in store.lists.records(LIST)]
    assert [row.record for row in rows] == list(range(1, 1204))
    assert rows[0].data == {"city": "London"}
    assert [row async for row in store.lists.records(ListName("nowhere"))] == []


async def test_attempts_are_read_in_portions(store: AnyStore) -> None:
    await fill(store, 7)
    records = (await store.ledger.claim(request(7))).records
    await store.ledger.commit([begin(record, f"A{n}") for n, record in enumerate(records)])
    pages = [await store.reports.read(AttemptPage(SPRING, 3))]
    while pages[-1]:
        pages.append(await store.reports.read(AttemptPage(SPRING, 3, pages[-1][-1].attempt)))
    assert [[row.attempt for row in page] for page in pages] == [["A0", "A1", "A2"], ["A3", "A4", "A5"], ["A6"], []]
    assert not await store.reports.read(AttemptPage(type(SPRING)("autumn"), 3))


async def test_users_are_saved_and_changed(database: Store) -> None:
    await database.users.save_user(USER)
    changed = structs.replace(USER, display_name="Ada B. Example", enabled=False)
    await database.users.save_user(changed)
    assert await database.users.user("ada") == changed
    assert list(await database.users.users()) == [changed]
    assert await database.users.user("bob") is None


async def test_sessions_end_and_tokens_stay(database: Store) -> None:
    sessions = database.sessions
    log_in = Session("h1", "ada", "session", "Firefox", NOON, NOON, NOON + 100)
    token = Session("h2", "ada", "token", "report", NOON, NOON, None)
    for session in (log_in, token, structs.replace(log_in, token_hash="h3", user="bob")):
        await sessions.save_session(session)
    await sessions.touch_session("h1", NOON + 50)
    found = await sessions.session("h1")
    assert found is not None
    assert found.used_at == NOON + 50
    assert await sessions.purge_sessions(NOON, NOON + 10) == 1
    assert [session.token_hash for session in await sessions.sessions("ada")] == ["h1", "h2"]
    assert await sessions.remove_sessions("ada") == 1
    assert await sessions.remove_session("h2")
    assert not await sessions.remove_session("h2")
    assert await sessions.session("h2") is None


async def test_a_request_is_carried_out_once(database: Store) -> None:
    keys = database.idempotency_keys
    assert await keys.begin("ada", "k", "POST /x 1", NOON) is None
    with pytest.raises(Refused) as busy:
        await keys.begin("ada", "k", "POST /x 1", NOON)
    assert busy.value.code == "idempotency_in_progress"
    response = KeptResponse(201, "application/json", b"{}")
    await keys.finish("ada", "k", response)
    assert await keys.begin("ada", "k", "POST /x 1", NOON) == response
    with pytest.raises(Refused) as conflict:
        await keys.begin("ada", "k", "POST /x 2", NOON)
    assert conflict.value.code == "idempotency_conflict"
    assert await keys.begin("bob", "k", "POST /x 2", NOON + 10) is None
    await keys.abandon("bob", "k")
    await keys.abandon("ada", "k")
    assert await keys.begin("bob", "k", "POST /x 3", NOON + 10) is None
    assert await keys.purge_keys(NOON + 5) == 1
    assert await keys.begin("ada", "k", "POST /x 2", NOON + 11) is None


async def test_of_each_user_the_newest_answers_are_kept(database: Store) -> None:
    keys = database.idempotency_keys
    response = KeptResponse(200, "application/json", b"{}")
    for n in range(5):
        await keys.begin("ada", f"k{n}", "POST /x", NOON + n)
        await keys.finish("ada", f"k{n}", response)
    await keys.begin("ada", "at work", "POST /x", NOON - 1)
    await keys.begin("bob", "k0", "POST /x", NOON)
    await keys.finish("bob", "k0", response)
    assert await keys.trim_keys("ada", 5) == 0
    assert await keys.trim_keys("ada", 2) == 3
    assert await keys.begin("ada", "k3", "POST /x", NOON + 9) == response
    assert await keys.begin("ada", "k2", "POST /x", NOON + 9) is None
    assert await keys.begin("bob", "k0", "POST /x", NOON + 9) == response
    with pytest.raises(Refused):
        await keys.begin("ada", "at work", "POST /x", NOON + 9)


async def test_states_of_trunks_are_told_the_newest_first(database: Store) -> None:
    main, spare = TrunkName("main"), TrunkName("spare")
    silent = NoAnswerToProbe(0.5)
    up, down = SaveTrunk(main, "up", None, NOON), SaveTrunk(main, "down", silent, NOON + 9)
    await database.ledger.commit([up, SaveTrunk(spare, "up", None, NOON), down])
    rows = await database.reports.read(TrunkStates(main, math.inf, 9))
    node = rows[0].node
    assert node
    assert rows == [
        TrunkStateRow(main, node, "down", silent, NOON + 9),
        TrunkStateRow(main, node, "up", None, NOON),
    ]
    assert await database.reports.read(TrunkStates(main, NOON + 9, 9)) == rows[1:]
    assert await database.reports.read(TrunkStates(main, math.inf, 1)) == rows[:1]


async def test_what_no_simulation_asks_for_is_taken_and_forgotten(store: AnyStore) -> None:
    assert not (await store.ledger.commit([SaveTrunk(TrunkName("main"), "up", None, NOON)])).refusals


async def test_history_of_record_number_and_agent(store: AnyStore) -> None:
    record = RecordId(1)
    saved = [interaction(f"I{n}", record if n < 2 else None, live=None, at=NOON + n) for n in range(3)]
    line = AddHistory("hold", NOON, SPRING, ADA, record, InteractionId("I1"), None, {"by": "agent", "n": 1})
    await store.ledger.commit([*saved, line, AddHistory("resume", NOON + 1, interaction=InteractionId("I1"))])
    assert [row.interaction for row in await store.reports.read(InteractionsOfRecord(record, 9))] == ["I1", "I0"]
    by_number = await store.reports.read(InteractionsOfNumber("+442079460000", 2))
    assert [row.interaction for row in by_number] == ["I2", "I1"]
    by_agent = await store.reports.read(InteractionsOfAgent(ADA, NOON, NOON + 2, 9))
    assert [row.interaction for row in by_agent] == ["I1", "I0"]
    assert (await store.reports.read(OneInteraction(InteractionId("I9")))) is None
    one = await store.reports.read(OneInteraction(InteractionId("I1")))
    assert one is not None
    assert (one.record, one.state, one.finalized_at) == (record, "finalized", NOON + 10)
    lines = await store.reports.read(LinesOfInteraction(InteractionId("I1"), 9))
    assert [row.kind for row in lines] == ["resume", "hold"]
    assert lines[1].facts == {"by": "agent", "n": 1}
    assert len(await store.reports.read(LinesOfRecord(record, 9))) == 1
