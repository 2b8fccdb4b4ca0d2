"""The door: may this message leave now? Asked as each message leaves, never when it is planned. Pure."""

from __future__ import annotations

import msgspec

__all__ = ["Decision", "decide"]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """``rule`` names the rule that said no; ``None`` when the message may leave."""

    rule: str | None = None

    @property
    def allowed(self) -> bool:
        """Whether the message may leave."""
        return self.rule is None


def decide(*, message_class: str, opted_out: bool) -> Decision:
    """STOP forbids marketing of that brand to that person, whatever the channel; service and answers still go."""
    if message_class == "marketing" and opted_out:
        return Decision(rule="stop")
    return Decision()
