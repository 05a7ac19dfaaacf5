"""What an engine complains of, in the node's log: otherwise it is seen only by who asks for a trunk or the overview."""

from __future__ import annotations

import structlog

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import EngineId

log = structlog.get_logger(__name__)


def write(engine: EngineId, event: telephony.Event) -> None:
    """One warning for each part of the configuration that the engine could not carry out."""
    if isinstance(event, telephony.ConfigurationTaken):
        for problem in event.problems:
            log.warning("configuration_problem", engine=engine, problem=problem)
