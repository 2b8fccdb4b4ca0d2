"""A small shop that tests of tests talk to, and a folder that holds it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rbm_bots.testing.suite import FileResult, find_talk_files, run_files

BOT = """\
rbm: 1
bot: {id: shop, name: Boutique, languages: [fr, en]}
slots:
  size:   {type: choice, options: {s: Petit, l: Grand}}
  count:  {type: number, integer: true, min: 1, max: 99, keep: session}
  day:    {type: date, keep: contact}
  place:  {type: location, keep: contact}
  proof:  {type: file, keep: contact}
  order:  {type: record, keep: contact}
  ref:    {type: text}
start: menu
flows:
  menu:
    hears: [menu]
    steps:
      - card: {title: Bienvenue, suggest: [{reply: Voir, goto: order}]}
        suggest: [{reply: Commander, goto: order}, {open: "https://shop.example/", label: Le site, goal: site}]
  order:
    hears: [commande]
    steps:
      - ask: size
        say: Quelle taille ?
        timeout: 10m
        give_up: late
        goal: sized
      - do: orders.make
        with: {size: "{{ size }}"}
        save: order
        on_error: {sold_out: {goto: late}, any: {goto: late}}
      - say: "Commande {{ order.ref }} : {{ order.price | euros }}."
  late:
    steps: [{say: Une autre fois.}]
  tell:
    hears: [dire]
    steps:
      - {ask: place, say: Où ?, skip: Passer, give_up: end}
      - {ask: proof, say: Une photo ?, skip: Passer, give_up: end}
      - {ask: count, say: Combien ?, give_up: end}
      - say: Merci.
scenes:
  news:
    purpose: service
    fills: [ref]
    steps: [{say: "Nouvelle de {{ ref }}."}]
"""

CODE = """\
from rbm_bots import Actions

actions = Actions()

class SoldOut(Exception):
    pass

@actions.action("orders.make", errors={"sold_out": SoldOut})
async def make(ctx, size: str):
    raise NotImplementedError
"""

HEAD = "bot: bot.yaml\nnow: 2026-11-23T09:00+01:00\n"
SOLD = "orders.make: {returns: {ref: K-1, price: 12.50}}"


def shop(folder: Path, bot: str = BOT) -> Path:
    """The bot in ``folder``."""
    (folder / "bot.yaml").write_text(bot, "utf-8")
    (folder / "actions.py").write_text(CODE, "utf-8")
    return folder


def written(folder: Path, *talks: str, head: str = HEAD, name: str = "shop") -> Path:
    """A file of tests; each talk is its lines, or a whole test when it begins with a key of one."""
    lines_of = [head, "tests:\n"]
    for rank, talk in enumerate(talks, start=1):
        lines = talk.strip("\n").split("\n")
        whole = not lines[0].startswith("- ")
        lines_of.append(f"  - name: test {rank}\n")
        lines_of += [f"    {line}\n" for line in lines] if whole else ["    talk:\n", *(f"      {x}\n" for x in lines)]
    file = folder / f"{name}.test.yaml"
    file.write_text("".join(lines_of), "utf-8")
    return file


def ran(folder: Path, **options: object) -> FileResult:
    """What came of the one file in ``folder``."""
    (found,) = asyncio.run(run_files(find_talk_files([folder]), **options))  # type: ignore[arg-type] - as given
    return found


def told(folder: Path) -> list[str]:
    """Every failure and fault, a line each, places without the folder."""
    found = ran(folder)
    lines = [f"{fault.line}:{fault.column}: {fault.message} [{fault.code}]" for fault in found.faults]
    for failure in [run.result.failure for run in found.runs] + list(found.loose):
        if failure is not None:
            lines += [line.replace(f"{folder}/", "") for line in failure.lines()]
    return lines
