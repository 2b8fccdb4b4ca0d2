"""The rules of ``rbm check`` that look at a whole bot: one function per rule, each named after its code."""

from __future__ import annotations

from rbm_bots.botfile.lint.draft import Draft, Rule
from rbm_bots.botfile.lint.heard import comma_list, edit_alike, hears_clash, option_clash, stop_overridden
from rbm_bots.botfile.lint.lengths import rcs_chips, rcs_size, text_lengths
from rbm_bots.botfile.lint.odd import odd_text
from rbm_bots.botfile.lint.paths import loop_no_wait, lost_chips, scene_empty, scene_messages
from rbm_bots.botfile.lint.reach import unreached
from rbm_bots.botfile.lint.sms import sms_cost, sms_impossible, sms_parts
from rbm_bots.botfile.lint.turns import turn_too_long
from rbm_bots.botfile.lint.uses import (
    error_unhandled,
    i18n_missing,
    maybe_empty,
    never_filled,
    no_way_out,
    private_in_log,
    reply_dead,
)

__all__ = ["RULES", "run_rules"]

RULES: tuple[Rule, ...] = (
    comma_list,
    edit_alike,
    error_unhandled,
    hears_clash,
    i18n_missing,
    loop_no_wait,
    lost_chips,
    maybe_empty,
    never_filled,
    no_way_out,
    odd_text,
    option_clash,
    private_in_log,
    rcs_chips,
    rcs_size,
    reply_dead,
    scene_empty,
    scene_messages,
    sms_cost,
    sms_impossible,
    sms_parts,
    stop_overridden,
    text_lengths,
    turn_too_long,
    unreached,
)


def run_rules(draft: Draft) -> None:
    """Let every rule look at the draft; what they find lands in its faults."""
    for rule in RULES:
        rule(draft)
