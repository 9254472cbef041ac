"""Knows what the service counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from codeopt.bot.events import EVENTS
from codeopt.model.bot import Counts, JobKind

__all__ = ["Metrics"]

_ACKNOWLEDGED_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
_WORKED_S = (1.0, 10.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0)


class Metrics:
    """The counts of one service; names are in docs/bot.md."""

    def __init__(self) -> None:
        """Start at nothing, in a registry of its own."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._deliveries = Counter(
            "codeopt_bot_deliveries", "Deliveries by event and by what became of them.", ("event", "outcome"), registry=self._registry
        )
        self._acknowledged = Histogram(
            "codeopt_bot_acknowledgement_seconds",
            "From the first byte of a delivery to the answer that it is kept.",
            buckets=_ACKNOWLEDGED_S,
            registry=self._registry,
        )
        self._attempts = Counter(
            "codeopt_bot_job_attempts", "Attempts at jobs by kind and by what came of them.", ("kind", "outcome"), registry=self._registry
        )
        self._worked = Histogram(
            "codeopt_bot_job_seconds", "How long an attempt took.", ("kind",), buckets=_WORKED_S, registry=self._registry
        )
        self._jobs = Gauge("codeopt_bot_queue_jobs", "Jobs in the queue by state.", ("state",), registry=self._registry)
        self._oldest = Gauge("codeopt_bot_queue_oldest_waiting_seconds", "Age of the oldest job that waits.", registry=self._registry)
        self._reachable = Gauge("codeopt_bot_queue_reachable", "1 when the queue answered just now.", registry=self._registry)

    def delivered(self, event: str, outcome: str, seconds: float) -> None:
        """Count a delivery. Events that codeopt does not know are counted together."""
        self._deliveries.labels(event if event in EVENTS or event == "ping" else "other", outcome).inc()
        if outcome in {"queued", "duplicate"}:
            self._acknowledged.observe(seconds)

    def attempted(self, kind: JobKind, outcome: str, seconds: float) -> None:
        """Count an attempt at a job."""
        self._attempts.labels(kind.value, outcome).inc()
        self._worked.labels(kind.value).observe(seconds)

    def queued(self, counts: Counts | None) -> None:
        """Take over how the queue stands; None where it does not answer."""
        self._reachable.set(counts is not None)
        if counts is not None:
            self._oldest.set(counts.oldest_waiting_s)
            for state, count in counts.jobs.items():
                self._jobs.labels(state.value).set(count)

    def text(self) -> tuple[bytes, str]:
        """Return all counts in Prometheus's text format, and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_PLAIN_0_0_4
