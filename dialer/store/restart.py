"""The state that a restarted node reads and settles before anything is dialed."""

from __future__ import annotations

from sqlalchemy import Connection

from dialer.store.aggregates.users import teams_of
from dialer.store.lost import RESTART_REASON, Lost
from dialer.store.statement import Sql
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
from dialer.vocabulary.ids import AgentName, CampaignName, NoticeId, TeamName
from dialer.vocabulary.results import CallResult

#: Notices whose OK means "I take part".
JOINING = ("loaded", "started", "mode_changed")
#: How far back live answers are counted, and the length of the pieces in which they are reported: short enough to lie
#: on one day.
ANSWERS_BACK_S = 31 * 86_400.0
ANSWERS_PIECE_S = 900.0


class Restart:
    """Remembers for one node. Claims and attempts of other nodes are left alone."""

    def __init__(self, sql: Sql, node: str, run: str) -> None:
        self._values = {"node": node, "run": run}
        self._lost = Lost(sql, run)
        former = "(SELECT run FROM runs WHERE node = :node AND run <> :run)"
        no_interaction = "NOT EXISTS (SELECT 1 FROM interactions i WHERE i.live IS NOT NULL AND "
        self._not_begun = sql.prepare(
            "UPDATE records SET status = 'ready', lease_until = NULL, claimed_by = NULL, updated_at = :now"
            f" WHERE status = 'retrieved' AND claimed_by IN {former} AND NOT EXISTS"
            " (SELECT 1 FROM attempts a WHERE a.record = records.id AND a.fence = records.fence)"
        )
        self._attempts = sql.prepare(
            "UPDATE attempts SET result = :result, ended_at = :now, reason = :reason"
            f" WHERE ended_at IS NULL AND run IN {former} AND {no_interaction} i.id = attempts.interaction)"
            " RETURNING id, interaction, campaign, record, agent"
        )
        self._left = sql.prepare(
            "SELECT r.id, r.type, r.fence, r.result, r.tries FROM records r"
            f" WHERE r.status = 'retrieved' AND r.claimed_by IN {former} AND {no_interaction} i.record = r.id)"
        )
        self._adopted = sql.prepare(
            f"UPDATE records SET claimed_by = :run WHERE status = 'retrieved' AND claimed_by IN {former}"
        )
        self._prepare_memories(sql)

    def _prepare_memories(self, sql: Sql) -> None:
        self._users = sql.prepare(
            "SELECT name, display_name, phone, teams, enabled FROM users WHERE role = 'agent' ORDER BY name"
        )
        self._campaigns = sql.prepare("SELECT name, state, mode, loaded_at, news_at FROM campaigns ORDER BY name")
        self._agents = sql.prepare("SELECT name, state, reason FROM agents ORDER BY name")
        # Each agent's last OK that joined a campaign, and the last notice of each campaign. The time of the campaign's
        # load decides whether an OK still counts; without a known load time the notice of the unload ends it.
        self._notices = sql.prepare(
            "SELECT n.id, n.agent, n.campaign, n.kind, n.at, n.acknowledged_at FROM notices n WHERE n.n IN"
            " (SELECT MAX(m.n) FROM notices m WHERE m.acknowledged_at IS NOT NULL"
            f" AND m.kind IN ({', '.join(repr(str(kind)) for kind in JOINING)}) AND NOT EXISTS"
            " (SELECT 1 FROM notices u WHERE u.campaign = m.campaign AND u.agent = m.agent"
            " AND u.kind = 'unloaded' AND u.n > m.n) GROUP BY m.agent, m.campaign)"
            " OR n.n IN (SELECT MAX(l.n) FROM notices l GROUP BY l.agent, l.campaign) ORDER BY n.n"
        )
        self._answers = sql.prepare(
            "SELECT campaign, MIN(answered_at) AS at, COUNT(*) AS answers,"
            " SUM(CASE WHEN abandoned THEN 1 ELSE 0 END) AS abandoned FROM attempts"
            " WHERE ended_at IS NOT NULL AND answered_at >= :since"
            " GROUP BY campaign, CAST(answered_at / :piece AS INTEGER) ORDER BY campaign, at"
        )
        self._interactions = sql.prepare(
            "SELECT live FROM interactions WHERE live IS NOT NULL AND run IN"
            " (SELECT run FROM runs WHERE node = :node) ORDER BY begun_at, id"
        )

    def remembered(self, connection: Connection, now: float) -> tuple[Event, ...]:
        self._settle(connection, now)
        return (
            *self._known_users(connection),
            *(
                CampaignRemembered(CampaignName(row.name), row.state, row.mode, row.loaded_at, row.news_at)
                for row in self._campaigns.rows(connection, {})
            ),
            *(AgentRemembered(AgentName(row.name), row.state, row.reason) for row in self._agents.rows(connection, {})),
            *(
                NoticeRemembered(
                    AgentName(row.agent),
                    CampaignName(row.campaign),
                    NoticeId(row.id),
                    row.kind,
                    row.at,
                    row.acknowledged_at is not None,
                )
                for row in self._notices.rows(connection, {})
            ),
            *self._counted_answers(connection, now),
            *(InteractionRemembered(bytes(row.live)) for row in self._interactions.rows(connection, self._values)),
            Restored(),
        )

    def _counted_answers(self, connection: Connection, now: float) -> list[Event]:
        values = {"since": now - ANSWERS_BACK_S, "piece": ANSWERS_PIECE_S}
        return [
            AnswersRemembered(CampaignName(row.campaign), row.at, int(row.answers), int(row.abandoned))
            for row in self._answers.rows(connection, values)
        ]

    def _known_users(self, connection: Connection) -> list[Event]:
        return [
            UserKnown(
                agent=AgentName(row.name),
                display_name=row.display_name,
                phone=row.phone,
                teams=tuple(TeamName(team) for team in teams),
                enabled=bool(row.enabled),
            )
            for row in self._users.rows(connection, {})
            if (teams := teams_of(row.teams)) is not None
        ]

    def _settle(self, connection: Connection, now: float) -> None:
        """Release claims without an attempt, settle attempts that no node will settle, and free the records of both."""
        values = {**self._values, "now": now}
        self._not_begun.run(connection, values)
        lost = self._attempts.rows(connection, {**values, "result": CallResult.SYSTEM_LOST, "reason": RESTART_REASON})
        self._lost.tell(connection, lost, RESTART_REASON, now)
        self._lost.free(connection, self._left.rows(connection, values), now)
        self._adopted.run(connection, values)
