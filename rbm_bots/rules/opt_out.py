"""Row 2: STOP holds marketing back; every other class leaves and is flagged.

Of all STOP, START and proven opt-ins up to now the last one counts, by its own time and not by arrival; STOP wins a
tie. A STOP concerns all channels unless the person chose otherwise. Sent to a short code that several brands share, it
concerns every brand that wrote from that code in the seven days before; if none did, the last that wrote; if nobody
ever did, all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Literal

from rbm_bots.rules.decision import Decision, deny
from rbm_bots.rules.question import Opt, Question, Sent
from rbm_bots.rules.stop import read_opt

__all__ = ["check_stop", "is_opted_out", "stop_holds"]

_SHARED_FOR: Final = timedelta(days=7)


def check_stop(question: Question) -> Decision | None:
    """Refuse marketing to somebody who said STOP."""
    held = question.kind == "marketing" and is_opted_out(question)
    return deny("stop") if stop_holds(message_class="marketing", opted_out=held) else None


def stop_holds(*, message_class: str, opted_out: bool) -> bool:
    """STOP forbids marketing of that brand to that person; service, one-time codes and answers still go."""
    return message_class == "marketing" and opted_out


def is_opted_out(question: Question) -> bool:
    """Whether the last word of the person, for this brand and channel, is STOP."""
    said = [
        (opt.at, word == "stop")
        for opt in question.facts.opt
        if opt.at <= question.now and _concerns(opt, question) and (word := _word(opt)) is not None
    ]
    consent = question.facts.consent
    if consent is not None and consent.proof and consent.at <= question.now:
        said.append((consent.at, False))
    return max(said, default=(question.now, False))[1]


def _word(opt: Opt) -> Literal["stop", "start"] | None:
    return opt.do or read_opt(opt.text or "")


def _concerns(opt: Opt, question: Question) -> bool:
    if opt.channels is not None and question.leg.channel not in opt.channels:
        return False
    if opt.brand is not None:
        return opt.brand == question.leg.brand
    if opt.code is None:
        return True
    brands = _brands_behind(opt, [sent for sent in question.facts.sent if sent.code == opt.code and sent.at <= opt.at])
    return not brands or question.leg.brand in brands


def _brands_behind(opt: Opt, sent: Iterable[Sent]) -> set[str]:
    """The brands that a STOP to a shared code is meant for; empty: nobody wrote from it."""
    written = list(sent)
    recent = {one.brand for one in written if opt.at - one.at < _SHARED_FOR}
    last = max((one.at for one in written), default=None)
    return recent or {one.brand for one in written if one.at == last}
