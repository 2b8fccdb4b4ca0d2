"""Checking a bot of 6,000 lines: files to faults, and the whole command with the start of Python."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Final

from rbm_bots.botfile.load import inspect_bot
from tests.bench.report import Figure, run

_LINES: Final = 6000
_ROUNDS: Final = 5
_TARGET_S: Final = 0.5
_FLOW: Final = """\
  f{n}:
    hears: [phrase {n}, autre phrase {n}]
    steps:
      - say: "Bonjour {{{{ contact.name | default(\\"vous\\") }}}}, voici la page {n}."
      - card:
          title: Carte {n}
          text: Un texte un peu plus long pour la carte {n}
          image: https://shop.example/{n}.jpg
          suggest:
            - {{reply: Suite {n}, goto: f{after}}}
            - reply: Retour
              goto: start
      - id: ask{n}
        ask: service
        say: Pour quelle prestation ?
        reprompt:
          - "Touchez une proposition, ou répondez 1, 2 ou 3."
          - "Je n'ai pas compris. Révision, pneus ou freins ?"
        give_up: end
      - ask: name
        say: Votre nom ?
        skip: Passer
      - if: service == "pneus" and name
        then:
          - say: "Des pneus pour {{{{ name | default(\\"vous\\") }}}} !"
        else:
          - say: "Autre chose : {{{{ service }}}}"
      - confirm: "{{{{ service.label }}}} : je réserve ?"
        accept: Oui, réserver
        refuse: Modifier
        edit: [service, name]
        give_up: end
      - set: {{service: ~}}
      - say: C'est noté.
        sms: C'est fait
      - goto: f{far}
"""
_HEAD: Final = """\
rbm: 1
bot: {id: large, name: Large}
start: f0
slots:
  service: {type: choice, options: {revision: Révision, pneus: Pneus, freins: Freins}}
  name: {type: text}
"""


def measure() -> list[Figure]:
    """Seconds, best of some rounds."""
    with tempfile.TemporaryDirectory(prefix="rbm-bench-") as folder:
        bot = Path(folder)
        lines = _write(bot)
        assert inspect_bot(bot).bot is not None, "the bot that is measured is a good one"
        alone = _best(lambda: inspect_bot(bot))
        command = [sys.executable, "-c", "from rbm_bots.cli.main import main; main()", "check", str(bot)]
        whole = _best(lambda: subprocess.run(command, check=True, capture_output=True))
    return [
        Figure(bench="check", name=f"{lines} lines to faults", value=alone, unit="s", most=_TARGET_S),
        Figure(bench="check", name=f"rbm check, {lines} lines", value=whole, unit="s"),
    ]


def _write(folder: Path) -> int:
    """A bot of at least the lines wanted, without a fault."""
    each = _FLOW.count("\n")
    count = -(-_LINES // each)
    flows = [_FLOW.format(n=n, after=(n + 1) % count, far=(n + 7) % count) for n in range(count)]
    text = _HEAD + "flows:\n" + "".join(flows)
    (folder / "bot.yaml").write_text(text, "utf-8")
    return text.count("\n")


def _best(once: Callable[[], object]) -> float:
    took = []
    for _ in range(_ROUNDS):
        began = perf_counter()
        once()
        took.append(perf_counter() - began)
    return min(took)


if __name__ == "__main__":
    run(measure)
