"""Figures of the node for Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from dialer.callflow.world import World
from dialer.runtime.inbox import Inbox
from dialer.runtime.writer import Writer


class Metrics:
    """Gauges are read from the live state when they are asked for; only the lag of the inbox is observed."""

    def __init__(
        self, registry: CollectorRegistry, world: Callable[[], World], inbox: Inbox, writer: Writer
    ) -> None:
        self._world = world
        self._inbox = inbox
        self._writer = writer
        buckets = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
        self._lag = Histogram(
            "cornetta_inbox_lag_seconds", "How long a message waited", registry=registry, buckets=buckets
        )
        registry.register(self)

    def observe_lag(self, seconds: float) -> None:
        self._lag.observe(seconds)

    def collect(self) -> Iterable[Metric]:
        """The collector of prometheus_client: called on each scrape."""
        world = self._world()
        yield _by("cornetta_agents", "Agents by state", "state", (a.state for a in world.agents.values()))
        yield _by("cornetta_legs", "Legs by purpose", "purpose", (leg.purpose for leg in world.legs.values()))
        yield _by(
            "cornetta_interactions", "Open interactions by state", "state", (i.state for i in world.interactions.values())
        )
        for name, trunk in world.trunks.items():
            gauge = GaugeMetricFamily("cornetta_trunk_legs", "Legs of a trunk", labels=["trunk", "state"])
            gauge.add_metric([name, trunk.state], len(trunk.legs))
            yield gauge
        for id_, engine in world.engines.items():
            up = GaugeMetricFamily("cornetta_engine_up", "Whether the engine can be used", labels=["engine"])
            up.add_metric([id_], 1.0 if engine.usable else 0.0)
            yield up
        yield CounterMetricFamily("cornetta_messages", "Messages handled", value=self._inbox.handled)
        yield CounterMetricFamily("cornetta_handler_faults", "Handlers that failed", value=self._inbox.faults)
        yield CounterMetricFamily("cornetta_commits", "Transactions committed", value=self._writer.commits)
        yield GaugeMetricFamily("cornetta_store_failing", "Store takes no writes", value=float(self._writer.failing))


def _by(name: str, text: str, label: str, values: Iterable[str]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, text, labels=[label])
    for value, count in Counter(values).items():
        gauge.add_metric([value], count)
    return gauge
