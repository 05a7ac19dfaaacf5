"""The desktop as a browser gets it: the page with its nonce, files that are kept, and nothing beside the build."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from agent_api.app import make_app
from agent_api.resources.desktop.pages import ADDRESSES
from tests.api.stage import API, Stage

SCRIPT = b"console.log('the desktop');" * 40
SMALL = b"small by brotli"
PAGE = (
    '<!doctype html><meta name="csp-nonce" content="%NONCE%"><script type="module" src="/assets/main-1a2b.js"></script>'
)
ICON = b"<svg xmlns='http://www.w3.org/2000/svg'/>"

Browser = TestClient[Any, Any]


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """What Vite leaves, with some that it does not: a link out of the build, and secrets beside it."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "icon.svg").write_bytes(ICON)
    (folder / ".key").write_text("hidden")
    script = folder / "assets" / "main-1a2b.js"
    script.write_bytes(SCRIPT)
    script.with_suffix(".js.gz").write_bytes(gzip.compress(SCRIPT))
    script.with_suffix(".js.br").write_bytes(SMALL)
    (folder / "assets" / "plain-3c4d.css").write_text("body{}")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "secret.js").write_text("secret")
    (folder / "linked.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "assets" / "linked").symlink_to(tmp_path / "more")
    return folder


@pytest.fixture
async def browser(stage: Stage, build: Path) -> AsyncIterator[Browser]:
    async with served(stage, build) as client:
        yield client


def served(stage: Stage, build: Path) -> Browser:
    app = make_app(stage.more_dependencies(), stage.feed, desktop=build)
    return TestClient(TestServer(app), auto_decompress=False)


async def get(browser: Browser, path: str, method: str = "GET", **headers: str) -> tuple[ClientResponse, bytes]:
    sent = {"Accept-Encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
    async with browser.request(method, URL(path, encoded=True), headers=sent) as response:
        return response, await response.read()


async def test_every_address_is_the_page_which_no_browser_keeps(browser: Browser) -> None:
    for address in ADDRESSES:
        response, page = await get(browser, address.replace("{rest:.*}", "campaigns/spring"))
        assert (response.status, response.content_type, response.charset) == (200, "text/html", "utf-8"), address
        assert response.headers["Cache-Control"] == "no-store"
        assert b"/assets/main-1a2b.js" in page


async def test_each_answer_has_a_nonce_of_its_own_in_page_and_policy(browser: Browser) -> None:
    nonces = set()
    for _ in range(3):
        response, page = await get(browser, "/desk")
        policy = response.headers["Content-Security-Policy"]
        nonce = re.search(r"style-src 'self' 'nonce-([\w-]{24})';", policy)
        assert nonce is not None, policy
        assert f'content="{nonce[1]}"'.encode() in page
        nonces.add(nonce[1])
    assert len(nonces) == 3


async def test_the_page_may_load_from_its_own_node_alone(browser: Browser) -> None:
    response, _ = await get(browser, "/")
    rules = {name: rest for name, _, rest in (each.strip().partition(" ") for each in _policy(response).split(";"))}
    assert rules.pop("style-src").startswith("'self' 'nonce-")
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "media-src": "'self' blob:",
        "manifest-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert "microphone=(self)" in response.headers["Permissions-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"


def _policy(response: ClientResponse) -> str:
    return response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, GZIP;q=0.5", "gzip"),
        ("br;q=often, gzip;q=0", None),
        ("identity", None),
        ("*", None),
    ],
)
async def test_an_asset_is_kept_for_ever_in_the_coding_that_the_browser_takes(
    browser: Browser, accepted: str, coding: str | None
) -> None:
    response, content = await get(browser, "/assets/main-1a2b.js", Accept_Encoding=accepted)
    assert (response.status, response.content_type, response.charset) == (200, "text/javascript", "utf-8")
    assert (response.headers.get("Content-Encoding"), response.headers["Vary"]) == (coding, "Accept-Encoding")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (gzip.decompress(content) if coding == "gzip" else content) == (SMALL if coding == "br" else SCRIPT)


async def test_a_file_of_one_form_does_not_vary(browser: Browser) -> None:
    response, content = await get(browser, "/assets/plain-3c4d.css", Accept_Encoding="br")
    assert (response.content_type, content) == ("text/css", b"body{}")
    assert not {"Vary", "Content-Encoding"} & set(response.headers)


async def test_a_file_without_a_hash_is_asked_for_again_and_sent_once(browser: Browser) -> None:
    response, content = await get(browser, "/icon.svg")
    assert (response.content_type, content) == ("image/svg+xml", ICON)
    assert response.headers["Cache-Control"] == "no-cache"
    tag = response.headers["ETag"]
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again, nothing = await get(browser, "/icon.svg", If_None_Match=asked)
        assert (again.status, nothing, again.headers["ETag"]) == (304, b"", tag)
        assert "Content-Encoding" not in again.headers
    changed, content = await get(browser, "/icon.svg", If_None_Match='"other"')
    assert (changed.status, content) == (200, ICON)


async def test_each_coding_has_a_tag_of_its_own(browser: Browser) -> None:
    tags = {(await get(browser, "/assets/main-1a2b.js", Accept_Encoding=each))[0].headers["ETag"] for each in _CODINGS}
    assert len(tags) == len(_CODINGS)


_CODINGS = ("br", "gzip", "identity")


async def test_head_tells_what_get_would(browser: Browser) -> None:
    for path in ("/", "/icon.svg", "/assets/main-1a2b.js"):
        (head, nothing), (whole, content) = [await get(browser, path, method) for method in ("HEAD", "GET")]
        assert (head.status, nothing) == (200, b"")
        assert head.headers["Content-Length"] == str(len(content))
        assert head.headers.get("ETag") == whole.headers.get("ETag")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../secret.txt",
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2fetc%2fpasswd",
        "/assets//etc/passwd",
        "/assets/linked/secret.js",
        "/assets/..%5csecret.txt",
        "/assets/main-1a2b.js.gz",
        "/linked.txt",
        "/.key",
        "/index.html",
        "/icon.svg/",
        "/nothing.js",
        "/assets/",
        "/api/nothing",
        f"{API}/nothing.js",
    ],
)
async def test_nothing_beside_the_build_is_given(browser: Browser, path: str) -> None:
    response, content = await get(browser, path)
    assert (response.status, response.content_type) == (404, "application/problem+json")
    assert b"secret" not in content


@pytest.mark.parametrize("broken", ["nothing is there", "no page", "a page that is a link"])
async def test_without_a_build_the_start_page_says_what_to_do(
    stage: Stage, build: Path, tmp_path: Path, broken: str
) -> None:
    page = build / "index.html"
    page.unlink()
    if broken == "a page that is a link":
        page.symlink_to(tmp_path / "secret.txt")
    async with served(stage, tmp_path / "nothing" if broken == "nothing is there" else build) as browser:
        for address in ("/", "/desk"):
            response, content = await get(browser, address)
            assert response.status == 200
            assert b"make desktop" in content
            assert f"{API}/openapi.json".encode() in content
        assert (await get(browser, "/icon.svg"))[0].status == 404


async def test_the_page_of_the_api_stays_beside_the_desktop(browser: Browser) -> None:
    response, content = await get(browser, "/api")
    assert response.status == 200
    assert f'href="{API}/openapi.json"'.encode() in content
    assert b"make desktop" not in content


async def test_the_desktop_is_no_part_of_the_document(browser: Browser) -> None:
    async with browser.get(f"{API}/openapi.json", headers={"Accept-Encoding": "identity"}) as response:
        paths = (await response.json())["paths"]
    assert not [each for each in paths if not each.startswith((API, "/phone", "/healthz", "/readyz", "/metrics"))]
