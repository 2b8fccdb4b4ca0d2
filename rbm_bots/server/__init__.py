"""The server: webhook in, worker, timers, calls, delivery out; health, metrics and an admin API."""

__all__: list[str] = []
