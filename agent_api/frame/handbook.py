"""The part of `docs/api.md` that is made from the route table."""

from __future__ import annotations

from collections.abc import Iterable

from agent_api.frame.route import Route

BEGIN = "<!-- routes: made from the route table -->"
END = "<!-- end of routes -->"


def route_table(routes: Iterable[Route]) -> str:
    """All routes as a table in Markdown, by tag in the order of the route table."""
    by_tag: dict[str, list[Route]] = {}
    for route in routes:
        by_tag.setdefault(route.tag, []).append(route)
    lines = ["| method | path | what | who |", "|---|---|---|---|"]
    for group in by_tag.values():
        lines.extend(f"| {each.method} | `{each.path}` | {each.summary} | {_who(each)} |" for each in group)
    return "\n".join(lines)


def _who(route: Route) -> str:
    return "everybody" if route.public else ", ".join(sorted(role.value for role in route.roles))


def with_routes(text: str, routes: Iterable[Route]) -> str:
    """The page with its table of routes made anew. Raises ValueError if the marks are not in it."""
    return with_part(text, BEGIN, END, route_table(routes))


def with_part(text: str, begins: str, ends: str, part: str) -> str:
    """The page with the part between two marks made anew. Raises ValueError if the marks are not in it."""
    before, begin, rest = text.partition(begins)
    _, end, after = rest.partition(ends)
    if not begin or not end:
        raise ValueError(f"the page lacks {begins} or {ends}")
    return f"{before}{begins}\n\n{part}\n\n{ends}{after}"
