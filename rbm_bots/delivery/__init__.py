"""Delivery: the outbox's rows become operator calls, under rules and quotas."""

__all__: list[str] = []
