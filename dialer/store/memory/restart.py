"""The state that a restarted node reads from memory: the rules of `dialer.store.restart`."""

from __future__ import annotations

import copy

from dialer.store.lost import RESTART_REASON
from dialer.store.memory.claims import MemoryClaims
from dialer.store.memory.lost import free, settle
from dialer.store.memory.tables import Tables
from dialer.store.restart import ANSWERS_BACK_S, ANSWERS_PIECE_S, JOINING
from dialer.vocabulary.events import (
    AgentRemembered,
    AnswersRemembered,
    CampaignRemembered,
    Event,
    InteractionRemembered,
    NoticeRemembered,
    Restored,
    UserKnown,
)
from dialer.vocabulary.ids import AgentName, CampaignName, TeamName
from dialer.vocabulary.writes import SettleAttempt


def remembered(tables: Tables, claims: MemoryClaims, node: str, run: str, now: float) -> tuple[Event, ...]:
    """The state before the restart, ending with Restored; claims and attempts of former runs are settled first."""
    former = {name for name, of_node in tables.runs if of_node == node and name != run}
    for attempt in tables.attempts.values():
        if attempt.settled is None and attempt.run in former and not _is_live(tables, attempt.begun.interaction):
            settle(tables, attempt, RESTART_REASON, now)
    for record in sorted(tables.retrieved):
        if tables.records[record].state.claimed_by in former:
            _free_or_adopt(tables, claims, record, run, now)
    mine = former | {run}
    live = [save for save, of_run in tables.interactions.values() if save.live is not None and of_run in mine]
    live.sort(key=lambda save: (save.begun_at, save.interaction))
    return (
        *_users(tables),
        *(
            CampaignRemembered(item.campaign, item.state, item.mode, item.loaded_at, item.news_at)
            for _, item in sorted(tables.campaigns.items())
        ),
        *(AgentRemembered(item.agent, item.state, item.reason) for _, item in sorted(tables.agents.items())),
        *_notices(tables),
        *_counted_answers(tables, now),
        *(InteractionRemembered(save.live) for save in live if save.live is not None),
        Restored(),
    )


def _is_live(tables: Tables, interaction: str) -> bool:
    saved = tables.interactions.get(interaction)
    return saved is not None and saved[0].live is not None


def _free_or_adopt(tables: Tables, claims: MemoryClaims, record: int, run: str, now: float) -> None:
    state = copy.copy(tables.records[record].state)
    if not tables.attempts_of_claim(state):
        claims.free(record, now)
        return
    if any(save.record == record and save.live is not None for save, _ in tables.interactions.values()):
        state.claimed_by = run
        tables.put(state)
        return
    free(tables, record, now)


def _counted_answers(tables: Tables, now: float) -> list[Event]:
    """Live answers of settled attempts, in pieces of time."""
    pieces: dict[tuple[str, int], list[SettleAttempt]] = {}
    for attempt in tables.attempts.values():
        settled = attempt.settled
        if settled is not None and settled.answered_at is not None and settled.answered_at >= now - ANSWERS_BACK_S:
            key = (attempt.begun.campaign, int(settled.answered_at // ANSWERS_PIECE_S))
            pieces.setdefault(key, []).append(settled)
    return [
        AnswersRemembered(
            CampaignName(campaign),
            min(each.answered_at for each in piece if each.answered_at is not None),
            len(piece),
            sum(each.abandoned for each in piece),
        )
        for (campaign, _), piece in sorted(pieces.items())
    ]


def _users(tables: Tables) -> list[Event]:
    return [
        UserKnown(
            agent=AgentName(user.name),
            display_name=user.display_name,
            phone=user.phone,
            teams=tuple(TeamName(team) for team in user.teams),
            enabled=user.enabled,
        )
        for _, user in sorted(tables.users.items())
        if user.role == "agent"
    ]


def _notices(tables: Tables) -> list[Event]:
    """Each agent's last OK that joined a campaign since its last unload, and the last notice of each campaign."""
    joined: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], int] = {}
    items = list(tables.notices.values())
    for n, item in enumerate(items):
        key = (item.notice.campaign, item.notice.agent)
        last[key] = n
        if item.notice.kind == "unloaded":
            joined.pop(key, None)
        elif item.acknowledged_at is not None and item.notice.kind in JOINING:
            joined[key] = n
    told = [items[n] for n in sorted({*joined.values(), *last.values()})]
    return [
        NoticeRemembered(
            each.notice.agent,
            each.notice.campaign,
            each.notice.notice,
            each.notice.kind,
            each.notice.at,
            each.acknowledged_at is not None,
        )
        for each in told
    ]
