"""What is heard outside of a flow's steps: ``faq``, ``always``, ``unknown`` (bot language, chapters 3 and 9)."""

from __future__ import annotations

from typing import Final

from rbm_bots.botfile import scalars
from rbm_bots.botfile.kinds import TEXT
from rbm_bots.botfile.language.sections import ALWAYS, FAQ, UNKNOWN
from rbm_bots.botfile.model import Always, Chip, Faq, Target
from rbm_bots.botfile.names import NAME, RESERVED_TARGETS
from rbm_bots.botfile.reading.cards import read_card
from rbm_bots.botfile.reading.chips import read_chips, read_topic
from rbm_bots.botfile.reading.desk import Desk
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.targets import default_end, read_target
from rbm_bots.botfile.reading.texts import read_condition, read_phrases, read_text, read_texts
from rbm_bots.botfile.source import Node, Scalar
from rbm_bots.botfile.text import Text

__all__ = ["BUILT_IN_ALWAYS", "read_always", "read_faq", "read_unknown"]

BUILT_IN_ALWAYS: Final = ("stop", "start", "restart", "data", "language", "paid_lock")


def read_faq(desk: Desk, key: Scalar, node: Node) -> Faq | None:
    """One faq entry: ``hears`` and ``say`` or ``card``."""
    name = scalars.read_name(key, desk.faults, NAME, RESERVED_TARGETS)
    written = scalars.as_map(node, desk.faults, "a map: hears, say …")
    if name is None or written is None:
        return None
    keys = Keys(written, desk.faults, FAQ)
    hears, say, card, sms = keys.get("hears"), keys.get("say"), keys.get("card"), keys.get("sms")
    if say is None and card is None:
        desk.faults.error(written.mark, "missing", "a faq entry needs «say» or «card»")
    elif say is not None and card is not None:
        desk.faults.error(keys.key("say").mark, "extra", "a faq entry has «say» or «card», not both")
    with desk.also_named({"options": TEXT}):
        short = read_text(desk, sms, f"{name}.sms", kind="sms") if sms is not None else None
    entry = Faq(
        name=name,
        hears=read_phrases(desk, hears, f"{name}.hears") if hears is not None else (),
        say=read_text(desk, say, f"{name}.say") if say is not None else None,
        card=read_card(desk, card, None, name) if card is not None else None,
        suggest=read_chips(desk, keys.get("suggest"), None, name),
        sms=short,
        topic=read_topic(desk, keys.get("topic")),
        when=read_condition(desk, keys.get("when")),
        mark=written.mark,
    )
    return desk.keep(entry, written)


def read_always(desk: Desk, key: Scalar, node: Node) -> Always | None:
    """One ``always`` entry; a built-in one may do with less."""
    name = scalars.read_name(key, desk.faults, NAME)
    written = scalars.as_map(node, desk.faults, "a map: hears, say, goto …")
    if name is None or written is None:
        return None
    keys = Keys(written, desk.faults, ALWAYS)
    hears = keys.get("hears")
    if hears is None and name not in BUILT_IN_ALWAYS:
        keys.tell_missing("hears")
    say, goto = keys.get("say"), keys.get("goto")
    if say is None and goto is None and name not in BUILT_IN_ALWAYS:
        desk.faults.error(written.mark, "missing", "an «always» entry needs «say» or «goto»")
    entry = Always(
        name=name,
        hears=read_phrases(desk, hears, f"always.{name}.hears") if hears is not None else (),
        say=read_text(desk, say, f"always.{name}.say") if say is not None else None,
        goto=read_target(desk, goto, None, "entry") if goto is not None else None,
        suggest=read_chips(desk, keys.get("suggest"), None, f"always.{name}"),
        when=read_condition(desk, keys.get("when")),
        mark=written.mark,
    )
    return desk.keep(entry, written)


def read_unknown(desk: Desk, node: Node | None) -> tuple[tuple[Text, ...], tuple[Chip, ...], Target]:
    """What is said when nothing fits: the sentences, the chips, where it ends."""
    say = (desk.sentences["rbm.unknown.1"], desk.sentences["rbm.unknown.2"])
    written = scalars.as_map(node, desk.faults, "a map: say, suggest, then") if node is not None else None
    if written is None:
        return say, (), default_end(desk)
    desk.unknown = written
    keys = Keys(written, desk.faults, UNKNOWN)
    texts, then = keys.get("say"), keys.get("then")
    return (
        (read_texts(desk, texts, "unknown.say") or say) if texts is not None else say,
        read_chips(desk, keys.get("suggest"), None, "unknown"),
        read_target(desk, then, None, "entry") if then is not None else default_end(desk),
    )
