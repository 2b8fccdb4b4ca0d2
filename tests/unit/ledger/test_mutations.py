"""Wrong variants of the rules: each must change what some scenario, case or property gives.

The source of one module is changed in one place and the whole room is imported anew beside the real one.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_loader
from types import ModuleType

import msgspec
import pytest

from tests.unit.ledger.made import CASES, at, mo, mt, scenario
from tests.unit.ledger.more_cases import MORE

ROOMS = ("rbm_bots.ledger", "rbm_bots.money")

# name: (module, what stands there, what would be wrong)
MUTANTS = {
    "the window is open by default": (
        "switches",
        "window_closed: Dated[bool] = Dated(True)",
        "window_closed: Dated[bool] = Dated(False)",
    ),
    "the window never closes on its end": ("fold", "or (elapsed == DAY_MS and ", "or (False and "),
    "the window always closes on its end": ("fold", " and switches.window_closed.at(since_ms))", ")"),
    "the window's switch is read at its end": ("fold", "window_closed.at(since_ms)", "window_closed.at(at_ms)"),
    "the window has 23 hours": ("fold", "24 * 3600 * 1000", "23 * 3600 * 1000"),
    "the session counts from the bot message": (
        "fold",
        'product="CONVERSATION",\n            since_ms=message.at_ms',
        'product="CONVERSATION",\n            since_ms=state.since_ms',
    ),
    "the operator is that of the answer": (
        "fold",
        "since_ms=message.at_ms,\n            anchor=state.anchor,\n            operator=state.operator",
        'since_ms=message.at_ms,\n            anchor=state.anchor,\n            operator="SFR"',
    ),
    "both waiting messages are absorbed": ("fold", "return held, final(state)", "return held, _NOTHING"),
    "later messages extend the session": (
        "fold",
        "since_ms=state.since_ms,\n        anchor",
        "since_ms=state.since_ms + 3_600_000,\n        anchor",
    ),
    "an unanswered message is free": ("fold", "return IDLE, final(state)", "return IDLE, _NOTHING"),
    "the Message Unique is charged on top": (
        "fold",
        "_user_message(state, message, switches), _NOTHING",
        "_user_message(state, message, switches), final(state)",
    ),
    "a user who comes first pays": ("fold", '"CONV_MO1ST"', '"CONVERSATION"'),
    "a user message opens a free session by itself": (
        "fold",
        'State(phase="mo_pending", since',
        'State(phase="session", product="CONV_MO1ST", operator="ORANGE", since',
    ),
    "a later user message does not wait anew": (
        "fold",
        'switches.mo_anchor.at(state.since_ms) == "first"',
        'switches.mo_anchor.at(state.since_ms) != "none"',
    ),
    "first waits anew": ("fold", 'switches.mo_anchor.at(state.since_ms) == "first"', "False"),
    "a free session runs from the user message": (
        "fold",
        'answered = switches.mo_anchor.at(state.since_ms) == "answer"',
        "answered = False",
    ),
    "a free session always runs from the answer": (
        "fold",
        'answered = switches.mo_anchor.at(state.since_ms) == "answer"',
        "answered = True",
    ),
    "mo_anchor is read at the answer": (
        "fold",
        "answered = switches.mo_anchor.at(state.since_ms)",
        "answered = switches.mo_anchor.at(message.at_ms)",
    ),
    "a late answer still opens": (
        "fold",
        "state, lapsed = lapse(state, message.at_ms, switches)",
        "lapsed = _NOTHING",
    ),
    "the category does nothing": ("fold", "if not message.conversational:", "if False:"),
    "user before bot at one instant": (
        "evidence",
        "BOT: Final = 0\nUSER: Final = 1",
        "BOT: Final = 1\nUSER: Final = 0",
    ),
    "the last copy of a receipt counts": (
        "evidence",
        "if at_ms < sent.proof_ms:",
        "if at_ms > sent.proof_ms or sent.proof_ms == _NEVER:",
    ),
    "the last copy of a user message counts": (
        "evidence",
        "before is None or said < before",
        "before is None or said > before",
    ),
    "a read report proves nothing": ("evidence", ' or kind == "mt_displayed"', ""),
    "a named message is not proven": ("evidence", "sent.proof_ms = min(sent.proof_ms, fact.at_ms)", "pass"),
    "accepted is delivered": ("evidence", 'switches.basis.at(judged_ms) == "delivered"', "False"),
    "the basis does nothing": ("evidence", 'switches.basis.at(judged_ms) == "delivered"', "True"),
    "a refusal changes nothing": ("evidence", "judged_ms if sent.rejected_ms > as_of_ms else _NEVER", "judged_ms"),
    "switches are read at delivery": (
        "evidence",
        "sent.accepted_ms if sent.accepted_ms <= as_of_ms else sent.proof_ms",
        "sent.proof_ms",
    ),
    "bots pay before they are launched": ("evidence", " or not switches.launched.at(judged_ms)", ""),
    "the last operator named counts": (
        "evidence",
        "if (at_ms, operator) < (sent.operator_ms, sent.operator):",
        "if True:",
    ),
    "the operator is known before it was named": (
        "evidence",
        "sent.operator if sent.operator_ms <= as_of_ms else",
        "sent.operator or",
    ),
    "later messages are seen": ("evidence", "if at_ms > as_of_ms or not", "if at_ms == _NEVER or not"),
    "STOP never opens": ("evidence", "return switches.stop_opens.at(at_ms)", "return False"),
    "STOP always opens": ("evidence", "return switches.stop_opens.at(at_ms)", "return True"),
    "an action tap opens": ("evidence", 'kind != "action_tap" or ', "True or "),
    "a location never opens": ("evidence", "return switches.location_opens.at(at_ms)", "return False"),
    "every SMS report counts": ("evidence", 'elif kind == "sms_delivered":', 'elif kind[:4] == "sms_":'),
    "SMS do not count": (
        "evidence",
        "for msg, at_ms in self._sms.items() if at_ms <= as_of_ms",
        "for msg, at_ms in ()",
    ),
    "a dated switch begins after its instant": ("switches", "if from_ms > at_ms:", "if from_ms >= at_ms:"),
    "a dated switch has its last value": ("switches", "if from_ms > at_ms:", "if False:"),
    "months are those of UTC": ("months", ".astimezone(PARIS)", ""),
    "no price is zero": (
        "rating",
        "micros=None if row is None else row.micros",
        "micros=0 if row is None else row.micros",
    ),
    "the price of the day it is asked": (
        "rating",
        "row = self._prices.row(cause.operator, product, cause.at_ms)",
        "row = self._prices.row(cause.operator, product, self._as_of_ms)",
    ),
    "one price list for all": (
        "rating",
        "row = self._prices.row(cause.operator, product, cause.at_ms)",
        'row = self._prices.row("OPS" if product == "SMS_MT" else "ORANGE", product, cause.at_ms)',
    ),
    "the key is the user alone": ("rating", "key = (fact.bot, fact.user)", 'key = ("bot", fact.user)'),
    "the key is the bot alone": ("rating", "key = (fact.bot, fact.user)", 'key = (fact.bot, "u")'),
    "a hold is charged": ("rating", 'if state.phase == "session":', 'if state.phase != "idle":'),
    "a running session is not charged yet": ("rating", 'if state.phase == "session":', "if False:"),
    "corrections are known before they were entered": ("prices", "if row.entered_ms <= as_of_ms", "if True"),
    "the first entry stays": ("prices", "for row in rows if", "for row in rows[::-1] if"),
    "a new price begins after its instant": (
        "prices",
        "bisect_right(found[0], at_ms)",
        "bisect_right(found[0], at_ms - 1)",
    ),
    "another amount is the same charge": (
        "charges",
        "self.operator, self.micros, self.month",
        "self.operator, 0, self.month",
    ),
    "the 20th code is dear": ("fees", "_GENERAL_FIRST = 20", "_GENERAL_FIRST = 19"),
    "green ranges are counted together": ("fees", '_GREEN_RANGES = ("34", "35")', '_GREEN_RANGES = ("3",)'),
    "both rates are paid": (
        "fees",
        "max(rates.get(code.code, 0), option.rate)",
        "option.rate + rates.get(code.code, 0)",
    ),
    "lines are paid by the day": ("fees", "start <= self.last and", "start <= self.first and"),
    "VAT is not rounded": ("fees", "vat = vat_of(total_ht)", "vat = total_ht // 5"),
    "VAT is that of the exact sum, totals are cut": ("fees", "total_ht = round_to_cents(", "total_ht = int("),
    "half a cent is cut": ("money", "(abs(micros) + CENT // 2) // CENT", "abs(micros) // CENT"),
}


def name_of(module: str) -> str:
    return "rbm_bots.money" if module == "money" else f"rbm_bots.ledger.{module}"


class _Changed(SourceFileLoader):
    """Reads a module and changes one place in it."""

    def __init__(self, name: str, path: str, old: str, new: str) -> None:
        super().__init__(name, path)
        self._old, self._new = old, new

    def get_code(self, fullname: str) -> object:
        source = self.get_data(self.path).decode()
        assert source.count(self._old) == 1, f"stands {source.count(self._old)} times: {self._old}"
        return compile(source.replace(self._old, self._new), self.path, "exec")


@contextmanager
def mutated(module: str, old: str, new: str) -> Iterator[None]:
    """The rooms imported anew, one place of one module changed; the real ones are back afterwards."""
    import rbm_bots

    name = name_of(module)
    found = find_spec(name)
    assert found is not None
    assert found.origin is not None
    kept = {key: value for key, value in sys.modules.items() if key.startswith(ROOMS)}
    attributes = {key: getattr(rbm_bots, key) for key in ("ledger", "money") if hasattr(rbm_bots, key)}
    for key in kept:
        del sys.modules[key]
    try:
        importlib.import_module("rbm_bots.ledger" if module != "money" else "rbm_bots")
        spec = spec_from_loader(name, _Changed(name, found.origin, old, new))
        assert spec is not None
        changed: ModuleType = module_from_spec(spec)
        sys.modules[name] = changed
        assert spec.loader is not None
        spec.loader.exec_module(changed)
        yield
    finally:
        for key in [key for key in sys.modules if key.startswith(ROOMS)]:
            del sys.modules[key]
        sys.modules.update(kept)
        for key, value in attributes.items():
            setattr(rbm_bots, key, value)


EXTRA = [
    scenario(
        "a charge's date", mo("a", 0), mt("b", 1), policy={"mo_anchor": "last"},
        prices=[
            {"operator": "ORANGE", "product": "CONV_MO1ST", "from": at(-1), "micros": 1},
            {"operator": "ORANGE", "product": "CONV_MO1ST", "from": at(0), "micros": 2},
            {"operator": "ORANGE", "product": "CONV_MO1ST", "from": at(1), "micros": 3},
        ],
        expect={"total": 2},
    ),
]  # fmt: skip


def wrong() -> list[str]:
    """The ids of what does not give what it should, with the modules as they are imported now."""
    files = importlib.import_module("rbm_bots.ledger.scenario_files")
    scenarios = importlib.import_module("rbm_bots.ledger.scenarios")
    fees = importlib.import_module("rbm_bots.ledger.fee_files")
    prices = importlib.import_module("rbm_bots.ledger.prices")
    rows = importlib.import_module("rbm_bots.ledger.price_files").known_prices()
    shipped = (CASES / "billing-scenarios.json").read_bytes()
    more = {"prices": msgspec.json.decode(shipped)["prices"], "scenarios": [*MORE_SAME_PRICES, *EXTRA]}
    known = prices.PriceBook(rows).as_known(prices.KNOWN_ALWAYS)
    results = [scenarios.play(one) for one in files.read_scenarios(shipped)]
    results += [scenarios.play(one) for one in files.read_scenarios(msgspec.json.encode(more))]
    cases = fees.read_fee_cases((CASES / "fees-cases.json").read_bytes())
    results += [fees.invoice(one, known) for one in cases]
    assert len(results) > 90
    return [one["id"] for one in results if not one["ok"]]


MORE_SAME_PRICES = [one for one in MORE if one["id"] != "user-first: the operator of the bot's answer"]


def test_there_are_enough() -> None:
    assert len(MUTANTS) >= 25


def test_nothing_is_wrong_without_a_mutation() -> None:
    assert wrong() == []


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_variant_is_noticed(name: str) -> None:
    with mutated(*MUTANTS[name]):
        assert wrong() != []


@pytest.mark.parametrize("module", sorted({module for module, _, _ in MUTANTS.values()}))
def test_it_is_the_mutation_that_is_noticed(module: str) -> None:
    with mutated(module, "from __future__ import annotations", "from __future__ import annotations"):
        assert wrong() == []
    assert wrong() == []
