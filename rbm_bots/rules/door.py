"""The door: the gate's STOP rule alone, for a sender that knows of each row only its class and who opted out. Pure."""

from __future__ import annotations

from rbm_bots.rules.decision import Decision, deny
from rbm_bots.rules.opt_out import stop_holds

__all__ = ["decide"]


def decide(*, message_class: str, opted_out: bool) -> Decision:
    """May this message leave now? STOP forbids marketing of that brand to that person, whatever the channel."""
    return deny("stop") if stop_holds(message_class=message_class, opted_out=opted_out) else Decision()
