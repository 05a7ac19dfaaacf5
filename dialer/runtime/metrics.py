"""Figures of the runtime for Prometheus; those of agents, legs and trunks are the API's."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from dialer.runtime.inbox import Inbox
from dialer.runtime.writer import Writer

#: Upper ends of the lag's classes, in seconds.
LAG_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)


class RuntimeMetrics:
    """Counters are read when they are asked for; only the lag of the inbox is observed."""

    def __init__(self, registry: CollectorRegistry, inbox: Inbox, writer: Writer) -> None:
        self._inbox = inbox
        self._writer = writer
        self._lag = Histogram(
            "cornetta_inbox_lag_seconds",
            "How long a message waited for its turn in the node.",
            registry=registry,
            buckets=LAG_BUCKETS,
        )
        registry.register(self)

    def observe_lag(self, seconds: float) -> None:
        self._lag.observe(seconds)

    def collect(self) -> Iterable[Metric]:
        """The collector of prometheus_client: called on each scrape."""
        yield CounterMetricFamily("cornetta_messages", "Events and commands handled.", value=self._inbox.handled)
        yield CounterMetricFamily(
            "cornetta_handler_faults",
            "Events and commands whose handler failed by a fault of ours.",
            value=self._inbox.faults,
        )
        yield CounterMetricFamily("cornetta_commits", "Transactions committed.", value=self._writer.commits)
        inbox, writer = self._inbox, self._writer
        yield GaugeMetricFamily("cornetta_inbox_depth", "Messages that wait for their turn.", value=inbox.depth)
        yield GaugeMetricFamily("cornetta_writer_depth", "Steps that wait for their commit.", value=writer.depth)
        yield GaugeMetricFamily(
            "cornetta_inbox_full", "1 while the inbox is full: engines are not read.", value=float(inbox.is_full)
        )
        yield CounterMetricFamily("cornetta_inbox_overflows", "Times the inbox got full.", value=inbox.overflows)
        yield CounterMetricFamily(
            "cornetta_commands_refused", "Commands refused while the inbox was full.", value=inbox.refused
        )
        yield GaugeMetricFamily(
            "cornetta_store_failing", "1 while the database takes no writes.", value=float(self._writer.failing)
        )
