"""Guessed passwords are slowed down by account and by address; the right one still logs in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from agent_api.frame.client_address import client_address, is_proxy
from agent_api.frame.devices import KNOWN_DAYS, Devices
from agent_api.frame.log_in_limit import PER_ACCOUNT, PER_ADDRESS, LogInLimit, Try
from agent_api.frame.passwords import Passwords, TooManyWaiting, hash_password
from dialer.ports import User
from tests.api.stage import API, ORIGIN, PASSWORD, Stage, password_hash, settings

ADDRESS = "192.0.2.7"


async def try_(stage: Stage, user: str, password: str, **headers: str) -> tuple[int, str]:
    """Status and code, with headers such as X_Forwarded_For."""
    body = {"user": user, "password": password, "proof": "bearer"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with stage.client.post(f"{API}/sessions", json=body, headers=named) as response:
        told = await response.json(content_type=None)
        if response.status == 429:
            assert int(response.headers["Retry-After"]) >= 1
        return response.status, told.get("code", "")


@pytest.fixture
async def behind_proxy() -> AsyncIterator[Stage]:
    """The tests' own address is that of a reverse proxy."""
    async with Stage(settings(trusted_proxies=("127.0.0.1", "::1", "10.0.0.0/8"))) as made:
        yield made


async def test_the_sixth_wrong_password_waits_and_the_right_one_is_let_in(stage: Stage) -> None:
    for _ in range(PER_ACCOUNT):
        assert await try_(stage, "anna", "wrong") == (401, "wrong_password")
    assert (await try_(stage, "anna", PASSWORD))[0] == 201, "somebody else of the same address has guessed"
    for _ in range(PER_ACCOUNT):
        assert (await try_(stage, "anna", "wrong"))[0] == 401, "the right password forgives"
    assert await try_(stage, "anna", "wrong") == (429, "too_many_requests")


async def test_an_unknown_name_is_limited_like_a_known_one(stage: Stage) -> None:
    for _ in range(PER_ACCOUNT):
        assert (await try_(stage, "nobody", "wrong"))[0] == 401
    assert (await try_(stage, "nobody", "wrong"))[0] == 429


async def test_one_password_for_many_accounts_from_one_address_is_limited(stage: Stage) -> None:
    for number in range(8):
        user = User(f"agent{number}", "", "agent", password_hash(), "", ("sales",))
        await stage.store.users.save_user(user)
    codes = [(await try_(stage, f"agent{number}", "Summer2026!"))[0] for number in range(8)]
    assert codes == [401] * PER_ADDRESS + [429] * (8 - PER_ADDRESS)
    assert (await try_(stage, "ben", PASSWORD))[0] == 201


async def test_who_comes_through_a_trusted_proxy_is_counted_alone(behind_proxy: Stage) -> None:
    for _ in range(2 * PER_ADDRESS):
        await try_(behind_proxy, "anna", "wrong", X_Forwarded_For="198.51.100.1")
    assert (await try_(behind_proxy, "anna", "wrong", X_Forwarded_For="198.51.100.1"))[0] == 429
    assert (await try_(behind_proxy, "anna", "wrong", X_Forwarded_For="203.0.113.9, 198.51.100.1, 10.1.1.1"))[0] == 429
    assert (await try_(behind_proxy, "anna", "wrong", X_Forwarded_For="198.51.100.2"))[0] == 401
    assert (await try_(behind_proxy, "anna", PASSWORD, Forwarded='for="198.51.100.3:4711";proto=https'))[0] == 201


async def test_a_header_of_a_stranger_counts_nothing(stage: Stage) -> None:
    codes = [
        (await try_(stage, "anna", "wrong", X_Forwarded_For=f"198.51.100.{number}"))[0] for number in range(PER_ACCOUNT)
    ]
    assert codes == [401] * PER_ACCOUNT
    assert (await try_(stage, "anna", "wrong", X_Forwarded_For="198.51.100.99"))[0] == 429


async def test_a_device_of_the_account_has_a_lane_of_its_own(stage: Stage) -> None:
    async with await stage.with_cookie("anna") as response:
        assert response.status == 201
        cookie = response.cookies["cornetta-device"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
    stage.client.session.cookie_jar.clear()
    own = {"Cookie": f"cornetta-device={cookie.value}"}
    for _ in range(PER_ACCOUNT + 3):
        await try_(stage, "anna", "wrong")
    assert (await try_(stage, "anna", PASSWORD))[0] == 429, "a stranger has used up the slow lane"
    assert (await try_(stage, "anna", "wrong", **own))[0] == 401
    assert (await try_(stage, "anna", PASSWORD, **own))[0] == 201
    codes = [(await try_(stage, "anna", "wrong", **own))[0] for _ in range(PER_ACCOUNT + 1)]
    assert codes == [401] * PER_ACCOUNT + [429], "the own lane has a limit too"


async def test_an_honest_log_in_gets_in_while_others_flood(stage: Stage) -> None:
    stop = asyncio.Event()
    answers: list[int] = []

    async def flood(number: int) -> None:
        while not stop.is_set():
            answers.append((await try_(stage, f"nobody-{number}-{len(answers)}", "wrong"))[0])

    floods = [asyncio.create_task(flood(number)) for number in range(80)]
    try:
        await stage.until(lambda: answers.count(429) > 50, 20)
        for name in ("anna", "ben", "sue", "ada", "otto"):
            async with asyncio.timeout(5):
                assert (await try_(stage, name, PASSWORD))[0] == 201, f"{name} is kept out"
    finally:
        stop.set()
        await asyncio.gather(*floods)
    assert answers.count(401) <= PER_ADDRESS + 1, "each of these was a verification of 20 ms"


def test_no_number_of_other_names_makes_an_attacked_account_forgotten() -> None:
    limit, now = LogInLimit(), 1000.0
    anna = Try("anna", ADDRESS, known=True)
    for _ in range(PER_ACCOUNT):
        assert limit.begin(anna, now)
    for number in range(20_000):
        limit.begin(Try(f"name {number}", f"198.51.{number % 256}.{number // 256 % 256}", known=False), now)
    assert not limit.begin(anna, now + 1)
    assert len(limit) < 40_000


def test_failures_from_everywhere_count_for_the_account_and_fade() -> None:
    limit, now = LogInLimit(), 1000.0
    for number in range(40):
        limit.begin(Try("anna", f"198.51.100.{number}", known=True), now)
    fresh = Try("anna", "203.0.113.5", known=True)
    assert limit.wait_s(fresh, now) > 0
    assert limit.may_check(fresh, now), "the first one of an address is checked at once"
    assert limit.wait_s(Try("ben", "203.0.113.5", known=True), now) == 0
    assert limit.wait_s(fresh, now + 700) == 0


def test_the_slow_lane_gets_slower() -> None:
    limit, now = LogInLimit(), 1000.0
    anna = Try("anna", ADDRESS, known=True)
    checked = 0
    for second in range(3600):
        checked += limit.may_check(anna, now + second)
    assert 50 < checked < 75
    assert not limit.may_check(Try("nobody", ADDRESS, known=False), now)


def test_a_device_is_known_by_what_we_have_signed() -> None:
    devices, now = Devices(b"k" * 32), 1_800_000_000.0
    cookie = devices.make("anna", now)
    assert devices.knows("anna", cookie, now)
    assert devices.knows("anna", cookie, now + (KNOWN_DAYS - 1) * 86_400)
    assert not devices.knows("ben", cookie, now)
    assert not devices.knows("anna", cookie, now + (KNOWN_DAYS + 2) * 86_400)
    assert not Devices(b"x" * 32).knows("anna", cookie, now)
    for wrong in ("", "..", "a.b.c", "99999999999999999999.b.c", cookie + "0", "²." + cookie, "\udcff.b.c"):
        assert not devices.knows("anna", wrong, now)


class Requests:
    """A request with these headers from `remote`, as far as its address is concerned."""

    def __init__(self, remote: str, *headers: tuple[str, str]) -> None:
        from multidict import CIMultiDict

        self.remote = remote
        self.headers = CIMultiDict(headers)


PROXIES = ("127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48")


@pytest.mark.parametrize(
    ("remote", "headers", "address"),
    [
        ("198.51.100.1", [("X-Forwarded-For", "203.0.113.1")], "198.51.100.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [("X-Forwarded-For", "203.0.113.1")], "203.0.113.1"),
        ("127.0.0.1", [("X-Forwarded-For", "6.6.6.6, 203.0.113.1, 10.1.2.3")], "203.0.113.1"),
        ("127.0.0.1", [("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "203.0.113.1")], "203.0.113.1"),
        ("127.0.0.1", [("X-Forwarded-For", "nonsense")], "127.0.0.1"),
        ("127.0.0.1", [("X-Forwarded-For", "203.0.113.1, unknown")], "127.0.0.1"),
        ("127.0.0.1", [("X-Forwarded-For", "203.0.113.1:4711")], "203.0.113.1"),
        ("::ffff:127.0.0.1", [("X-Forwarded-For", "::ffff:203.0.113.1")], "203.0.113.1"),
        ("127.0.0.1", [("Forwarded", 'for=6.6.6.6, For="[2001:db8:2::17]:4711";proto=http')], "2001:db8:2::"),
        ("127.0.0.1", [("Forwarded", "proto=https;for=203.0.113.1;by=10.0.0.1")], "203.0.113.1"),
        ("127.0.0.1", [("Forwarded", "for=6.6.6.6"), ("X-Forwarded-For", "203.0.113.1")], "127.0.0.1"),
        ("127.0.0.1", [("Forwarded", "for=203.0.113.1"), ("X-Forwarded-For", "203.0.113.1")], "203.0.113.1"),
        ("2001:db8:1::5", [("X-Forwarded-For", "2001:db8:9:9:1::1")], "2001:db8:9:9::"),
        ("127.0.0.1", [("X-Forwarded-For", ", ".join(["10.0.0.1"] * 1000))], "10.0.0.1"),
    ],
)
def test_the_client_is_the_last_hop_that_is_no_proxy_of_ours(
    remote: str, headers: list[tuple[str, str]], address: str
) -> None:
    assert client_address(Requests(remote, *headers), PROXIES) == address  # type: ignore[arg-type]  # what it reads


def test_nobody_is_a_proxy_unless_told() -> None:
    assert not is_proxy("127.0.0.1", ())
    assert not is_proxy("", PROXIES)
    assert is_proxy("10.255.0.1", PROXIES)


async def test_verifications_wait_their_turn_with_a_bound_and_urgent_ones_go_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agent_api.frame.passwords.MAX_WAITING", 20)
    passwords = Passwords()
    hashed = hash_password("right")
    order: list[str] = []

    async def verify(name: str, *, urgent: bool = False) -> None:
        await passwords.matches(hashed, "wrong", urgent=urgent)
        order.append(name)

    try:
        usual = [asyncio.create_task(verify("usual")) for _ in range(21)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyWaiting):
            await verify("too many")
        await verify("urgent", urgent=True)
        assert order.index("urgent") <= 3
        for task in usual[2:]:
            task.cancel()
        await asyncio.gather(*usual, return_exceptions=True)
        assert await passwords.matches(hashed, "right"), "those who gave up have left their turns"
    finally:
        await passwords.close()


async def test_browsers_get_the_cookie_of_the_device_and_programs_do_not(stage: Stage) -> None:
    async with await stage.with_cookie("anna") as response:
        assert set(response.cookies) == {"cornetta", "cornetta-device"}
    body = {"user": "ben", "password": PASSWORD, "proof": "bearer"}
    async with stage.client.post(f"{API}/sessions", json=body, headers={"Origin": ORIGIN}) as response:
        assert not response.cookies


async def test_a_whole_office_logs_in_at_once(stage: Stage) -> None:
    names = [f"agent{number}" for number in range(60)]
    for name in names:
        await stage.store.users.save_user(User(name, "", "agent", password_hash(), "", ("sales",)))
    answers = await asyncio.gather(*(try_(stage, name, PASSWORD) for name in names))
    assert {status for status, _ in answers} == {201}
    assert (await try_(stage, "anna", "wrong"))[0] == 401, "nobody's success has counted as a failure"
