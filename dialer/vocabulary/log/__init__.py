"""The processors of every log line, in node and engine: no secrets, no control characters, no floods, and short
tracebacks without values of variables.

It stands in the vocabulary because engines may import nothing else of the dialer.
"""

from __future__ import annotations

from structlog.types import Processor

from dialer.vocabulary.log.clean import clean_line
from dialer.vocabulary.log.flood import Flood
from dialer.vocabulary.log.traces import Traces


def guards() -> tuple[Processor, ...]:
    """Processors of structlog, in their order, to stand behind those that add level and context and before the
    renderer. A new set for each program: they count lines."""
    return (Flood(), Traces(), clean_line)
