"""``--update``: the bot's lines follow the bot, nothing else of the file moves."""

import asyncio

import pytest

from rbm_bots.testing.suite import find_talk_files, run_files
from tests.unit.testing.shop import SOLD, ran, shop


@pytest.fixture
def folder(tmp_path):
    return shop(tmp_path)


def updated(folder, talk, *, newline="\n", bom=b""):
    """The lines of a talk after an update; the file around them is as it was."""
    head = "# a shop\nbot: bot.yaml   # its file\nnow: 2026-11-23T09:00+01:00\n"
    head += f"actions: {{{SOLD}}}\ntests:\n  - name: one\n    talk:\n"
    file = folder / "x.test.yaml"
    file.write_bytes(bom + (head + talk).replace("\n", newline).encode())
    asyncio.run(run_files(find_talk_files([folder]), update=True))
    raw = file.read_bytes()
    assert raw.startswith(bom + head.replace("\n", newline).encode())
    assert all(run.result.failure is None for run in ran(folder).runs)
    return raw.removeprefix(bom).decode().replace(newline, "\n").removeprefix(head)


def test_only_what_differs_is_written_again(folder):
    talk = """\
      - user: commande   # a word
      - bot: {say: "Quelle couleur ?", suggest: [Petit , Grand]}   # keeps its blank and this comment
      - tap: Grand
      - bot: {say: Commande*}
"""
    assert updated(folder, talk) == talk.replace('"Quelle couleur ?"', "Quelle taille ?")


def test_a_message_of_another_kind_is_drawn_anew(folder):
    talk = (
        "      - user: menu\n      - bot:\n          say: Bonjour\n          suggest: []\n      - expect: {flow: ~}\n"
    )
    drawn = "      - bot:\n          {card: Bienvenue, suggest: [Commander, Le site]}\n"
    assert updated(folder, talk) == f"      - user: menu\n{drawn}      - expect: {{flow: ~}}\n"


def test_missing_lines_come_and_dead_ones_go_their_comments_stay(folder):
    talk = """\
      - user: menu                # starts

      - user: commande
      - bot: {say: Bonjour*}      # no more
      - bot: {say: Quelle taille ?}
      - bot: {say: Encore}
      # the end
"""
    wanted = """\
      - user: menu                # starts
      - bot: {card: Bienvenue, suggest: [Commander, Le site]}

      - user: commande
      # no more
      - bot: {say: Quelle taille ?}
      # the end
"""
    assert updated(folder, talk) == wanted


def test_the_end_of_a_file_needs_no_newline(folder):
    assert updated(folder, "      - user: menu") == (
        "      - user: menu\n      - bot: {card: Bienvenue, suggest: [Commander, Le site]}"
    )


def test_windows_newlines_and_a_byte_order_mark_stay(folder):
    talk = "      - user: menu\n      - user: commande\n      - bot: {say: x}\n"
    found = updated(folder, talk, newline="\r\n", bom=b"\xef\xbb\xbf")
    assert found.splitlines()[1:] == [
        "      - bot: {card: Bienvenue, suggest: [Commander, Le site]}",
        "      - user: commande",
        "      - bot: {say: Quelle taille ?}",
    ]


def test_a_talk_on_one_line(folder):
    talk = "      [user: menu, {user: commande}, bot: {say: no}, bot: {say: more}]\n"
    card = "{bot: {card: Bienvenue, suggest: [Commander, Le site]}}"
    assert updated(folder, talk) == f"      [user: menu, {card}, {{user: commande}}, bot: {{say: Quelle taille ?}}]\n"


def test_a_text_in_a_block_is_replaced_whole(folder):
    before, after = "      - user: commande\n      - bot:\n          say: ", "\n      - silence: 1m\n"
    block = "|\n            Quelle\n            couleur"
    assert updated(folder, before + block + after) == before + "Quelle taille ?" + after


def test_an_update_of_what_is_right_touches_nothing(folder):
    talk = "      - user: menu\n      - bot: any\n      - user: commande\n      - bot: {say: '*'}\n"
    assert updated(folder, talk) == talk
    written_at = (folder / "x.test.yaml").stat().st_mtime_ns
    asyncio.run(run_files(find_talk_files([folder]), update=True))
    assert (folder / "x.test.yaml").stat().st_mtime_ns == written_at


def test_what_is_no_message_still_fails(folder):
    file = folder / "x.test.yaml"
    file.write_text(
        "bot: bot.yaml\nnow: 2026-11-23T09:00+01:00\ntests:\n  - name: one\n    talk:\n"
        "      - user: commande\n      - bot: {say: x}\n      - expect: {flow: menu}\n      - tap: Nowhere\n"
    )
    (found,) = asyncio.run(run_files([file], update=True))
    assert found.changed == 1
    assert "the state is another" in str(found.runs[0].result.failure)


def test_two_missing_lines_come_in_the_order_they_were_said(folder):
    talk = "      - user: dire\n      - tap: Passer\n      - tap: Passer\n"
    drawn = updated(folder, talk)
    assert [line.split("say: ")[1].split(",")[0].rstrip("}") for line in drawn.splitlines() if "say:" in line][:2] == [
        "Où ?",
        "Une photo ?",
    ]
