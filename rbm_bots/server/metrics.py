"""What can be seen from outside: Prometheus metrics, without any person in their labels."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from rbm_bots.server.campaign_metrics import CampaignMetrics

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
        self.sagas = Counter(
            "rbm_messages",
            "Messages that fell back to SMS, whose fate nobody knew, whose receipt came late, that came twice",
            ["bot", "message_class", "what"],
            registry=self.registry,
        )
        self.sms_reports = Counter(
            "rbm_sms_reports", "Reports of SMS parts, by state", ["code", "state"], registry=self.registry
        )
        self.sms_events = Counter(
            "rbm_sms_events", "What the transport of a short code counts", ["code", "what"], registry=self.registry
        )
        self.sms_link = Gauge(
            "rbm_sms_link", "1 while the link of a short code stands", ["code"], registry=self.registry
        )
        self.error_ratio_over = Counter(
            "rbm_error_ratio_over",
            "How often the share of unknown numbers went beyond its limit, for a campaign or an application",
            ["scope"],
            registry=self.registry,
        )
        self.error_ratio = Gauge(
            "rbm_error_ratio",
            "Share of unknown numbers: of an application over its last sends, of a campaign over all of its sends",
            ["scope", "name"],
            registry=self.registry,
        )
        self.ledger_differences = Gauge(
            "rbm_ledger_differences",
            "Conversations whose charges the last nightly audit found other than the journal says",
            registry=self.registry,
        )
        self.campaigns = CampaignMetrics(self.registry)
        self.inbox = Gauge("rbm_inbox_rows", "Journal rows that wait for their conversation", registry=self.registry)
        self.outbox = Gauge("rbm_outbox_rows", "Outbox rows by state", ["application", "state"], registry=self.registry)

    def count_sagas(self, measured: Iterable[tuple[str, str, str]]) -> None:
        """Count what sagas came to: (bot, message class, measure) each."""
        for bot, message_class, what in measured:
            self.sagas.labels(bot, message_class, what).inc()

    def show_ratio(self, scope: str, name: str, share: float) -> None:
        """The share of unknown numbers of one campaign or application."""
        self.error_ratio.labels(scope, name).set(share)

    def render(self) -> bytes:
        """The text that a Prometheus server scrapes."""
        return generate_latest(self.registry)
