"""The live terminal view of `cornetta lab`: campaign, agents, trunk, results, and why nothing is dialed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from dialer.agents.agent import Agent
from dialer.campaigns.campaign import Campaign
from dialer.cli.terminal import escaped
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.lab.gauge import Gauge, Reading
from dialer.lab.scenario import CAMPAIGN, DEMO_PASSWORD
from dialer.lab.stage import Stage
from dialer.ports.reports import ResultCounts
from dialer.vocabulary.ids import CampaignName
from dialer.words import say
from dialer.world.world import World

REFRESH_S = 0.5
#: Agents shown at most; the rest is counted.
AGENT_ROWS = 24
#: Columns and rows, agents apart, that the boxes take.
WIDE, BOXES_ROWS = 138, 18


class Screen:
    """Draws the state of a stage. `results` is read from the database at intervals."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._results: dict[str, int] = {}
        self._read_at = 0.0
        self._gauge = Gauge(CampaignName(CAMPAIGN))

    async def show(self, console: Console) -> None:
        """Until cancelled."""
        with Live(console=console, refresh_per_second=4, screen=False, vertical_overflow="crop") as live:
            while True:
                await self._read_results()
                live.update(self.draw(console.width, console.height))
                await asyncio.sleep(REFRESH_S)

    async def _read_results(self) -> None:
        if time.monotonic() - self._read_at >= 2.0:
            self._read_at = time.monotonic()
            results = await self._stage.running.store.reports.read(ResultCounts(CampaignName(CAMPAIGN)))
            self._results = {result.value: count for result, count in results.items()}

    def draw(self, width: int, height: int) -> RenderableType:
        world = self._stage.running.world
        now = self._stage.running.clock.now()
        reading = self._gauge.look(world, now.monotonic, now.utc)
        url = self._stage.settings.server.url
        users = f"supervisor, admin, agent1 to agent{self._stage.scenario.agents}"
        foot = Text(f"{url}   log in as {users} (password {DEMO_PASSWORD})   Ctrl-C ends", style="dim")
        campaign = world.campaigns[CampaignName(CAMPAIGN)]
        return picture(world, campaign, reading, self._results, foot=foot, size=(width, height))


def picture(
    world: World,
    campaign: Campaign,
    reading: Reading,
    results: dict[str, int],
    *,
    foot: Text,
    size: tuple[int, int],
) -> RenderableType:
    """The whole state, in boxes where the terminal of `size` (columns and rows) is large, in lines where it is
    small."""
    width, height = size
    agents = len(_agents(world))
    if width >= WIDE and height >= min(agents, AGENT_ROWS) + BOXES_ROWS:
        head = Columns([_campaign(campaign, reading), lines_panel(world), results_panel(results)])
        return Group(head, agents_panel(world), foot)
    lines = [*_summary(world, campaign, reading, results), _cut(foot)]
    room = max(1, height - len(lines) - 2)  # the head of the table, and the cursor below
    return Group(*lines[:-1], agents_table(world, room), lines[-1])


def _cut(text: Text) -> Text:
    """Cut to one line of the terminal."""
    text.no_wrap = True
    text.overflow = "ellipsis"
    return text


def _summary(world: World, campaign: Campaign, reading: Reading, results: dict[str, int]) -> list[Text]:
    """The boxes, one line each."""
    waiting = campaign.waiting
    states = Counter(each.state for each in world.interactions.values())
    told = [
        f"{campaign.name}: {campaign.mode}, {campaign.state}; {waiting.done} of {waiting.total} records done, "
        f"{waiting.retry} wait, {len(campaign.pool)} in hand",
        "; ".join(f"{_label(state)} {states.get(state, 0)}" for state in _SHOWN)
        + "".join(f"; trunk {trunk.name} {trunk.state}, {len(trunk.legs)} legs" for trunk in world.trunks.values()),
        "results: " + (", ".join(f"{words(name)} {count}" for name, count in _ranked(results)) or "none yet"),
    ]
    lines = [Text(each) for each in told]
    if campaign.is_predictive:
        lines.append(Text(f"utilisation {reading.utilisation:.1f} %, {reading.level}, {reading.share_abandoned} lost"))
    why = say(campaign.reason.reason) if campaign.reason else "dialing"
    lines.append(Text(escaped(why), style="yellow" if campaign.reason else "green"))
    return [_cut(line) for line in lines]


def words(code: str) -> str:
    """A code in words: `after-call work`, `no answer`."""
    return code.replace("after_call_work", "after-call work").replace("_", " ")


def _campaign(campaign: Campaign, reading: Reading) -> Panel:
    waiting = campaign.waiting
    body = Table.grid(padding=(0, 1))
    body.add_row("mode", campaign.mode)
    body.add_row("state", campaign.state)
    body.add_row("records", f"{waiting.done} done of {waiting.total}, {waiting.retry} wait for a retry")
    body.add_row("in hand", str(len(campaign.pool)))
    if campaign.is_predictive:
        over = reading.abandonment > reading.limit_percent
        body.add_row("utilisation", f"{reading.utilisation:.1f} %")
        body.add_row("level", reading.level)
        body.add_row("abandoned", Text(reading.share_abandoned, style="red" if over else ""))
        body.add_row("pacing", reading.why)
    why = say(campaign.reason.reason) if campaign.reason else "dialing"
    body.add_row("now", Text(escaped(why), style="yellow" if campaign.reason else "green"))
    return Panel(body, title=f"campaign {campaign.name}", width=62)


_SHOWN = (InteractionState.DIALING, InteractionState.QUEUED, InteractionState.CONNECTED, InteractionState.CLEARED)


def _label(state: InteractionState) -> str:
    return "after-call work" if state is InteractionState.CLEARED else state.value


def lines_panel(world: World) -> Panel:
    body = Table.grid(padding=(0, 1))
    states = Counter(each.state for each in world.interactions.values())
    for state in _SHOWN:
        body.add_row(_label(state), str(states.get(state, 0)))
    for trunk in world.trunks.values():
        error = f" {say(trunk.last_error)}" if trunk.last_error is not None else ""
        told = f"{trunk.state}, {len(trunk.legs)} legs{error}"
        body.add_row(f"trunk {trunk.name}", Text(escaped(told)))
    for engine in world.engines.values():
        up = "up" if engine.usable else "not connected"
        body.add_row(engine.id, f"{up}, {engine.legs} legs, {engine.rss_mb:.0f} MB")
    return Panel(body, title="lines", width=44)


def results_panel(results: dict[str, int]) -> Panel:
    """The count of each call result, the most frequent first."""
    body = Table.grid(padding=(0, 1))
    if not results:
        body.add_row(Text("none yet", style="dim"))
    for result, count in _ranked(results):
        body.add_row(words(result), str(count))
    return Panel(body, title="call results", width=30)


def _ranked(results: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(results.items(), key=lambda item: -item[1])


def agents_panel(world: World) -> Panel:
    """The agents at work, with their states."""
    hidden = len(_agents(world)) - AGENT_ROWS
    table = agents_table(world, AGENT_ROWS, more=False)
    return Panel(table, title="agents" + (f" ({hidden} more)" if hidden > 0 else ""), width=WIDE)


def agents_table(world: World, rows: int, *, more: bool = True) -> Table:
    """The agents in at most `rows` rows below the head; where they are too many, the last row counts the others
    (`more`)."""
    body = Table(box=None, padding=(0, 1), header_style="dim")
    for column in ("agent", "state", "since", "phone", "contact", "call"):
        body.add_column(column, no_wrap=True, overflow="ellipsis")
    agents = _agents(world)
    shown = rows if len(agents) <= rows or not more else max(0, rows - 1)
    for agent in agents[:shown]:
        body.add_row(*_agent_row(world, agent))
    if more and len(agents) > shown:
        body.add_row(f"{len(agents) - shown} more")
    return body


def _agents(world: World) -> list[Agent]:
    return [agent for agent in world.agents.values() if agent.teams]


def _agent_row(world: World, agent: Agent) -> tuple[str, ...]:
    leg = world.legs.get(agent.engaged) if agent.engaged else None
    phone = ("engaged" if leg.is_connected else "ringing") if leg else ""
    interaction = world.interactions.get(agent.interaction) if agent.interaction else None
    since = f"{max(0.0, time.time() - agent.since_utc):.0f} s" if agent.since_utc else ""
    state = words(f"{agent.state} {agent.reason}").strip()
    who = f"{interaction.contact} {interaction.number}" if interaction else ""
    return (agent.display_name, state, since, phone, who, _call(interaction))


def _call(interaction: Interaction | None) -> str:
    if interaction is None:
        return ""
    holds = f" (on hold by {', '.join(sorted(interaction.holds))})" if interaction.holds else ""
    return f"{words(interaction.state)}{holds}"
