"""Problems of an engine's configuration in the node's log; without it only the trunk's page and the overview show
them."""

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
