"""What can be seen from outside: Prometheus metrics, without any person in their labels."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["Metrics"]


class Metrics:
    """One registry per server, so that two servers in one process (tests) do not share counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.webhook_events = Counter(
            "rbm_webhook_events",
            "Webhook events kept, by kind; «repeat» was seen before",
            ["bot", "kind", "seen"],
            registry=self.registry,
        )
        self.webhook_refused = Counter(
            "rbm_webhook_refused", "Webhook calls refused, by HTTP status", ["bot", "http"], registry=self.registry
        )
        self.webhook_seconds = Histogram(
            "rbm_webhook_seconds",
            "From the first byte to the durable answer",
            registry=self.registry,
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0),
        )
        self.turns = Counter("rbm_turns", "Events played", ["bot", "kind"], registry=self.registry)
        self.turn_faults = Counter("rbm_turn_faults", "Turns that failed and wait", ["bot"], registry=self.registry)
        self.notes = Counter(
            "rbm_notes",
            "Texts cut, chips dropped, taps expired, goals reached",
            ["bot", "what"],
            registry=self.registry,
        )
        self.sends = Counter(
            "rbm_sends", "What became of operator calls", ["application", "state"], registry=self.registry
        )
        self.calls = Counter("rbm_calls", "Actions run", ["bot", "action", "result"], registry=self.registry)
        self.receipts_lost = Counter(
            "rbm_receipts_without_message", "Receipts that matched nothing", ["bot"], registry=self.registry
        )
        self.inbox = Gauge("rbm_inbox_rows", "Journal rows that wait for their conversation", registry=self.registry)
        self.outbox = Gauge("rbm_outbox_rows", "Outbox rows by state", ["application", "state"], registry=self.registry)

    def render(self) -> bytes:
        """The text that a Prometheus server scrapes."""
        return generate_latest(self.registry)
