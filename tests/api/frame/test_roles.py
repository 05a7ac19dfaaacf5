"""Rights of roles: each route of the table with each role, and without a log-in."""

from __future__ import annotations

import re

import pytest
from aiohttp.test_utils import make_mocked_request

from agent_api.frame.auth import Logins
from agent_api.frame.endpoint import Endpoint
from agent_api.frame.idempotency import Repetitions
from agent_api.frame.problems import ProblemRaised
from agent_api.frame.route import EVERYBODY, Route
from agent_api.keys import ROUTES
from agent_api.live.events import EventsRoute
from agent_api.live.socket import Sockets
from config.model import Role
from tests.api.stage import API, ORIGIN, Stage, settings

NAMES = {Role.AGENT: "anna", Role.SUPERVISOR: "sue", Role.ADMINISTRATOR: "ada", Role.AUDITOR: "otto"}
#: Codes of requests that were refused for the user, not for their content.
SHUT_OUT = {"not_logged_in", "role_not_allowed"}


def path_of(route: Route) -> str:
    return re.sub(r"{\w+}", "nothing", route.path)


async def code_of(stage: Stage, route: Route, headers: dict[str, str]) -> str:
    """The code of the problem with which a route answers an empty request; empty for success."""
    async with stage.client.request(route.method, path_of(route), headers=headers) as response:
        if response.content_type != "application/problem+json":
            return ""
        return str((await response.json(content_type=None))["code"])


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "nobody")
async def test_each_route_admits_its_roles_and_no_others(stage: Stage, role: Role | None) -> None:
    routes = [route for route in stage.app[ROUTES] if route.name != "logOut"]
    assert len(routes) > 40
    headers = {} if role is None else (await stage.log_in(NAMES[role])).headers
    for route in routes:
        code = await code_of(stage, route, headers)
        admitted = code not in SHUT_OUT
        expected = route.public or (role is not None and role in route.roles)
        assert admitted is expected, f"{role or 'nobody'} at {route.method} {route.path}: {code or 'success'}"
        if role is None and not route.public:
            assert code == "not_logged_in"


async def test_every_route_says_who_may_use_it(stage: Stage) -> None:
    for route in stage.app[ROUTES]:
        assert route.public != bool(route.roles), route.name
        assert route.roles <= EVERYBODY
    public = {route.name for route in stage.app[ROUTES] if route.public}
    assert public == {"logIn", "liveness", "readiness", "metrics"}


async def test_a_route_without_roles_admits_nobody(stage: Stage) -> None:
    deps = stage.dependencies
    logins = Logins(deps.users, deps.sessions, deps.clock)
    (events,) = EventsRoute(Sockets(deps, stage.feed, logins)).routes()
    forgotten = Route(
        method="GET", path="/x", name="x", summary="", tag="events", handler=events.handler, roles=frozenset()
    )
    endpoint = Endpoint(forgotten, deps, logins, Repetitions(deps.keys, deps.clock))
    headers = (await stage.log_in("ada")).headers
    with pytest.raises(ProblemRaised) as refused:
        await endpoint(make_mocked_request("GET", "/x", headers=headers))
    assert refused.value.code == "role_not_allowed"


async def test_agents_work_only_for_themselves(stage: Stage) -> None:
    """No route of an agent names an agent: the requesting agent is meant."""
    for route in stage.app[ROUTES]:
        if route.roles == {Role.AGENT}:
            assert "agent" not in route.parameters


class TestCookie:
    """A log-in by cookie: requests that another site's page can make a browser send are refused."""

    async def test_the_cookie_is_for_browsers_alone(self, stage: Stage) -> None:
        response = await stage.with_cookie("anna")
        assert response.status == 201
        assert (await response.json())["token"] is None
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Path=/" in cookie
        assert (await stage.client.get(f"{API}/me")).status == 200

    async def test_over_tls_the_cookie_is_bound_to_the_host(self) -> None:
        plain = settings()
        server = plain.server.model_copy(update={"public_url": "https://desk.example.test"})
        async with Stage(plain.model_copy(update={"server": server})) as stage:
            body = {"user": "anna", "password": "correct horse battery"}
            response = await stage.client.post(
                f"{API}/sessions", json=body, headers={"Origin": "https://desk.example.test"}
            )
            assert response.headers["Set-Cookie"].startswith("__Host-cornetta=")
            assert "Secure" in response.headers["Set-Cookie"]
            assert "Strict-Transport-Security" in response.headers

    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            ({}, "foreign_origin"),
            ({"X-Cornetta": "1"}, "foreign_origin"),
            ({"Origin": "https://evil.example.test", "X-Cornetta": "1"}, "foreign_origin"),
            ({"Origin": "null", "X-Cornetta": "1"}, "foreign_origin"),
            ({"Origin": ORIGIN}, "guard_header_missing"),
        ],
    )
    async def test_changes_need_our_origin_and_our_header(
        self, stage: Stage, headers: dict[str, str], code: str
    ) -> None:
        await stage.with_cookie("anna")
        response = await stage.client.post(f"{API}/agent/ready", headers=headers)
        assert response.status == 403
        assert (await response.json(content_type=None))["code"] == code
        assert stage.state("anna") == "not_ready"

    async def test_our_own_page_may(self, stage: Stage) -> None:
        await stage.with_cookie("anna")
        headers = {"Origin": ORIGIN, "X-Cornetta": "1"}
        assert (await stage.client.post(f"{API}/agent/ready", headers=headers)).status == 200
        assert stage.state("anna") == "ready"

    async def test_log_in_from_another_site_is_refused(self, stage: Stage) -> None:
        body = {"user": "anna", "password": "correct horse battery"}
        response = await stage.client.post(
            f"{API}/sessions", json=body, headers={"Origin": "https://evil.example.test"}
        )
        assert response.status == 403
        assert "Set-Cookie" not in response.headers

    async def test_logging_out_forgets_the_cookie(self, stage: Stage) -> None:
        await stage.with_cookie("sue")
        headers = {"Origin": ORIGIN, "X-Cornetta": "1"}
        assert (await stage.client.delete(f"{API}/sessions/current", headers=headers)).status == 200
        assert (await stage.client.get(f"{API}/me")).status == 401
