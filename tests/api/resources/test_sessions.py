"""Log-ins: their limits, their lifetime, and that the store reveals no secret of them."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import text

from agent_api.frame.auth import hash_token
from agent_api.frame.passwords import Passwords, hash_password
from dialer.ports import User
from tests.api.stage import API, PASSWORD, Stage, password_hash


async def try_(stage: Stage, user: str, password: str) -> tuple[int, dict[str, object]]:
    body = {"user": user, "password": password, "proof": "bearer"}
    async with stage.client.post(f"{API}/sessions", json=body) as response:
        return response.status, await response.json(content_type=None)


async def test_wrong_password_and_unknown_user_are_told_alike(stage: Stage) -> None:
    wrong = await try_(stage, "anna", "wrong")
    unknown = await try_(stage, "nobody", "wrong")
    assert wrong[0] == unknown[0] == 401
    assert wrong[1] == unknown[1]
    assert wrong[1]["code"] == "wrong_password"


async def test_disabled_users_do_not_get_in_and_are_thrown_out(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    user = await stage.store.users.user("sue")
    assert user is not None
    await stage.store.users.save_user(msgspec.structs.replace(user, enabled=False))
    await sue.get("/me", status=401)
    assert (await try_(stage, "sue", PASSWORD))[0] == 401


async def test_a_user_with_a_role_that_there_is_not_is_refused_with_the_reason(stage: Stage) -> None:
    sue, anna = await stage.log_in("sue"), await stage.log_in("anna")
    by_hand = text("UPDATE users SET role = 'chief' WHERE name = 'sue'")
    await stage.store.database.write(lambda connection: connection.execute(by_hand).rowcount)
    await sue.get("/me", status=401)
    status, told = await try_(stage, "sue", PASSWORD)
    assert (status, told["code"]) == (403, "user_unusable")
    assert "the role 'chief'" in str(told["detail"])
    assert (await try_(stage, "sue", "wrong"))[0] == 401, "nothing is told to who does not know the password"
    await anna.get("/me")
    await (await stage.log_in("otto")).get("/overview")


async def test_only_a_hash_of_the_token_is_stored(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    token = sue.headers["Authorization"].removeprefix("Bearer ")
    (session,) = await stage.store.sessions.sessions("sue")
    assert session.token_hash == hash_token(token)
    assert token not in str(session)


async def test_a_log_in_ends_when_it_is_idle_or_old(stage: Stage) -> None:
    sue, otto = await stage.log_in("sue"), await stage.log_in("otto")
    (of_sue,) = await stage.store.sessions.sessions("sue")
    (of_otto,) = await stage.store.sessions.sessions("otto")
    server = stage.settings.server
    await stage.store.sessions.touch_session(of_sue.token_hash, of_sue.used_at - server.session_idle_s - 1)
    await stage.store.sessions.save_session(msgspec.structs.replace(of_otto, expires_at=of_otto.created_at))
    await sue.get("/me", status=401)
    await otto.get("/me", status=401)


async def test_use_prolongs_a_log_in(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    (before,) = await stage.store.sessions.sessions("sue")
    await stage.store.sessions.touch_session(before.token_hash, before.used_at - 120)
    await sue.get("/me")
    (after,) = await stage.store.sessions.sessions("sue")
    assert after.used_at >= before.used_at


@pytest.mark.parametrize("value", ["Basic YTpi", "Bearer nonsense", "Bearer", "x"])
async def test_what_is_no_token_is_refused(stage: Stage, value: str) -> None:
    response = await stage.client.get(f"{API}/me", headers={"Authorization": value})
    assert response.status == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


async def test_passwords_are_argon2id_and_checked_off_the_loop() -> None:
    passwords = Passwords()
    try:
        hashed = hash_password("secret words")
        assert hashed.startswith("$argon2id$")
        assert await passwords.matches(hashed, "secret words")
        assert not await passwords.matches(hashed, "other words")
        assert not await passwords.matches("not a hash", "secret words")
        assert not await passwords.matches(None, "secret words")
    finally:
        await passwords.close()


async def test_an_agent_who_was_added_while_the_node_runs_may_work(stage: Stage) -> None:
    eve = User("eve", "Eve", "agent", password_hash(), "eve@desks", ("sales",))
    await stage.store.users.save_user(eve)
    desk = await (await stage.log_in("eve")).get("/agent")
    assert (desk["agent"]["state"], desk["agent"]["display_name"]) == ("not_ready", "Eve")
    assert len(desk["agent"]["campaigns"]) == 3


async def test_a_log_in_at_a_phone_in_use_is_refused_and_leaves_no_session(stage: Stage) -> None:
    await stage.log_in("anna")
    ben = User("ben", "Ben", "agent", password_hash(), "anna@desks", ("sales",))
    await stage.store.users.save_user(ben)
    body = {"user": "ben", "password": PASSWORD, "proof": "bearer"}
    async with stage.client.post(f"{API}/sessions", json=body) as response:
        told = await response.json(content_type=None)
        assert (response.status, told.get("code")) == (409, "phone_taken"), told
        assert told["facts"]["agent"] == "anna"
        assert "Anna" in told["detail"]
    assert not await stage.store.sessions.sessions("ben")


async def test_a_password_is_taken_to_the_letter(stage: Stage) -> None:
    assert (await try_(stage, "sue", PASSWORD))[0] == 201
    assert (await try_(stage, "sue", f" {PASSWORD}"))[0] == 401
    assert (await try_(stage, "sue", f"{PASSWORD}\u200b"))[0] == 401
