"""The OpenAPI document: complete, and true of all answers of the API."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from agent_api.frame.handbook import route_table, with_routes
from agent_api.frame.route import Route
from agent_api.keys import ROUTES
from tests.api.stage import API, Stage


async def document(stage: Stage) -> dict[str, Any]:
    async with stage.client.get(f"{API}/openapi.json") as response:
        assert response.status == 200
        found: dict[str, Any] = await response.json()
        return found


async def test_every_route_is_in_the_document_with_its_roles(stage: Stage) -> None:
    told = await document(stage)
    assert told["openapi"] == "3.1.0"
    listed = {
        (method.upper(), path): operation
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    }
    routes = stage.app[ROUTES]
    assert {tag for each in listed.values() for tag in each["tags"]} == {each["name"] for each in told["tags"]}
    assert set(listed) == {(route.method, route.path) for route in routes}
    assert len({route.name for route in routes}) == len(routes)
    for route in routes:
        roles = ["public"] if route.public else sorted(route.roles)
        assert listed[route.method, route.path]["x-roles"] == roles


async def test_every_reference_of_the_document_leads_somewhere(stage: Stage) -> None:
    told = await document(stage)

    def references(part: Any) -> set[str]:
        if isinstance(part, dict):
            own = {part["$ref"]} if "$ref" in part else set()
            return own.union(*(references(each) for each in part.values()))
        return set().union(*(references(each) for each in part)) if isinstance(part, list) else set()

    names = {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}
    assert references(told["paths"]) <= names
    assert references(told["components"]) <= names


@pytest.mark.timeout(150)
@pytest.mark.parametrize("name", ["anna", "ada"])
async def test_the_api_answers_as_the_document_says(stage: Stage, tmp_path: Path, name: str) -> None:
    """Schemathesis sends valid and invalid requests by the document, for an agent and an administrator."""
    await stage.run("push", "+442079460111", "+442079460112")
    anna = await stage.log_in("anna")
    await anna.post("/agent/ready")
    person = anna if name == "anna" else await stage.log_in(name)
    url = str(stage.client.make_url(f"{API}/openapi.json"))
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        url,
        "--header",
        f"Authorization: {person.headers['Authorization']}",
        "--phases=examples,coverage,fuzzing",
        "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
        "response_headers_conformance,unsupported_method,allow_header_conformance,negative_data_rejection,ignored_auth",
        "--exclude-operation-id=events",
        "--exclude-operation-id=logOut",
        "--max-examples=6",
        "--max-time=12",
        "--request-timeout=60",  # a simulation takes half a minute, as documented
        "--generation-deterministic",
        "--no-color",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(120):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, out.decode()[-8000:]


def test_the_handbook_lists_the_routes_as_they_are(routes: tuple[Route, ...]) -> None:
    page = Path(__file__).parents[3] / "docs" / "api.md"
    text = page.read_text(encoding="utf-8")
    assert text == with_routes(text, routes), f"replace the table in docs/api.md by:\n{route_table(routes)}"


@pytest.fixture
def routes(stage: Stage) -> tuple[Route, ...]:
    return stage.app[ROUTES]
