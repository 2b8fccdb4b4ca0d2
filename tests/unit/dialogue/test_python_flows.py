"""Flows that a bot's Python builds when they start: read as strictly as a file, kept with the talk."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner

from rbm_bots.actions import Actions, NotAnAction
from rbm_bots.botfile.load import inspect_bot, read_bot
from rbm_bots.botfile.python_flows import BUILT_MAX, FlowRefused, build_flow, sample_flows
from rbm_bots.cli.main import rbm
from rbm_bots.dialogue import decode_session, encode_session, turn
from rbm_bots.dialogue.facts import Facts
from rbm_bots.events import Said
from rbm_bots.runner import ActionRunner
from rbm_bots.testing import Play
from rbm_bots.values import File, Location
from tests.unit.dialogue.stage import NOW, shown

QUIZ = """
rbm: 1
bot: {id: shop, name: Boutique}
slots:
  name: {type: text, keep: session}
  answer: {type: choice, options: {a: Rouge, b: Vert}}
  score: {type: number, integer: true}
  when: {type: datetime}
  stay: {type: record}
calendars:
  agenda: {source: builtin, hours: always}
actions:
  stock.read: {http: "GET https://shop.example/stock/{{ ref }}", takes: {ref: text}, gives: {count: number}}
start: menu
flows:
  menu:
    hears: [menu]
    steps:
      - {say: Bonjour., suggest: [{reply: Jouer, goto: quiz}, {reply: Encore, goto: round}]}
  round:
    hears: [tour]
    steps: [{run: quiz}, {say: "Score {{ score | default(\\"0\\") }}."}]
faq: {hours: {hears: [horaires], say: Tôt.}}
handover: {team: atelier}
"""
FIRST = {"id": "first", "ask": "answer", "say": "Quelle couleur ?", "give_up": "end"}


def actions_of(build):
    actions = Actions()
    actions.flow("quiz")(build)
    return actions


def quiz_of(*steps):
    """The bot whose quiz has these steps."""
    return read_bot(QUIZ, actions=actions_of(lambda ctx: list(steps)))


def play_of(build):
    return Play(read_bot(QUIZ, actions=actions_of(build)), now=NOW)


def refused(*steps):
    with pytest.raises(FlowRefused) as caught:
        build_flow(quiz_of(FIRST), "quiz", list(steps))
    return [(fault.line, fault.code) for fault in caught.value.faults]


class TestPlaying:
    async def test_the_steps_are_played_and_the_caller_goes_on(self):
        play = play_of(lambda ctx: [FIRST, {"set": {"score": 3}}])
        assert shown(await play.say("tour")) == [("Quelle couleur ?", ["Rouge", "Vert"])]
        assert play.session.frames == ("round/run1", "quiz/first")
        assert shown(await play.say("vert")) == [("Score 3.", [])]
        assert (play.session.built, play.session.frames) == ({}, ())

    async def test_what_is_known_of_the_person_may_decide(self):
        def build(ctx):
            return [{"say": f"Le {ctx.now:%d}, pour {ctx.slots['name']}."}]

        play = play_of(build)
        play.session = decode_session(encode_session(play.session))
        play.session.slots["session"] = {"name": "Ada"}
        assert shown(await play.say("tour"))[0] == ("Le 23, pour Ada.", [])

    async def test_each_start_builds_anew_and_one_on_the_stack_stays(self):
        built = iter(range(1, 9))

        def build(ctx):
            return [
                {"ask": "answer", "again": True, "say": f"Partie {next(built)}", "give_up": "end"},
                {"goto": "quiz"},
            ]

        play = play_of(build)
        await play.say("menu")
        assert shown(await play.tap("Jouer"))[0][0] == "Partie 1"
        assert shown(await play.say("rouge"))[0][0] == "Partie 2"
        assert shown(await play.say("rouge"))[0][0] == "Partie 3"
        assert len(play.session.built) == 1

    async def test_a_tap_on_an_older_screen_builds_anew(self):
        steps = [FIRST, {"say": "Fini.", "suggest": [{"reply": "Reprendre", "goto": "first"}]}]
        play = play_of(lambda ctx: steps)
        await play.say("tour")
        await play.say("rouge")
        again = play.find("Reprendre")
        await play.say("menu")
        assert shown(await play.tap_on(again))[0][0] == "Quelle couleur ?"
        assert play.session.frames == ("quiz/first",)

    async def test_a_jump_inside_asks_again(self):
        steps = [FIRST, {"confirm": "Sûr ?", "edit": ["answer"]}, {"say": "{{ answer }} !"}]
        play = play_of(lambda ctx: steps)
        await play.say("tour")
        await play.say("rouge")
        assert shown(await play.say("non"))[0] == ("Quelle couleur ?", ["Rouge", "Vert"])
        await play.say("vert")
        assert shown(await play.say("oui"))[0][0] == "Vert !"

    async def test_steps_survive_the_session_in_any_form(self):
        steps = [{"say": f"{date(2026, 1, 2)}"}, FIRST, {"location": Location(lat=48.5, lng=2.5)}]
        steps += [
            {"when": "score == none", "set": {"score": Decimal(2)}},
            {"file": File(url="https://a.example/b.pdf")},
        ]
        play = play_of(lambda ctx: steps)
        await play.say("tour")
        assert [send.message.content.__class__.__name__ for send in await play.say("rouge")] == [
            "Place", "FileContent", "Text",
        ]  # fmt: skip


class TestBrokenPython:
    @pytest.mark.parametrize(
        "build",
        [
            lambda ctx: 1 / 0,
            lambda ctx: [],
            lambda ctx: None,
            lambda ctx: [{"ask": "nothing", "say": "?"}],
            lambda ctx: [{"say": object()}],
            lambda ctx: [{"goto": "quiz"}],
        ],
    )
    async def test_the_bot_asks_for_a_human(self, build):
        play = play_of(build)
        sent = shown(await play.say("tour"))
        assert sent[0][0].startswith("Désolé")
        assert play.with_human
        assert play.session.waiting_for is None

    async def test_a_refused_flow_is_noted_without_words(self):
        play = play_of(lambda ctx: [{"say": "Salut Ada"}, {"ask": "Ada", "say": "?"}])
        await play.say("tour")
        told = [note.name for note in play.notes if note.what == "flow_refused"]
        assert told == ["quiz, step 2: no-slot"]

    async def test_steps_that_no_longer_fit_end_the_talk(self):
        play = play_of(lambda ctx: [{**FIRST, "suggest": [{"reply": "Aide", "goto": "hours"}]}])
        await play.say("tour")
        changed = read_bot(QUIZ.replace("answer:", "reply:"), actions=actions_of(lambda ctx: [FIRST]))
        played = turn(changed, play.session, Said(text="rouge"), now=NOW, cause="x", facts=Facts())
        assert played.session.built == {}
        assert [effect.message.content.text for effect in played.effects if hasattr(effect, "message")] == ["Bonjour."]

    async def test_a_slow_one_is_a_timeout_and_a_missing_one_an_error(self, monkeypatch):
        import time

        monkeypatch.setattr("rbm_bots.runner._BUILD_S", 0.001)
        runner = ActionRunner("shop", actions_of(lambda ctx: time.sleep(0.05)))
        given = {"args": {}, "slots": {}, "contact": "c", "now": NOW}
        assert (await runner.run(call_id="1", action="flow:quiz", **given)).error == "timeout"
        assert (await runner.run(call_id="1", action="flow:other", **given)).error == "error"

    def test_only_a_plain_function_is_taken(self):
        async def build(ctx):
            return []

        with pytest.raises(NotAnAction, match="plain «def»"):
            Actions().flow("quiz")(build)


class TestReading:
    def test_what_is_refused_in_a_file_is_refused_here(self):
        assert refused({"say": "a"}, {"ask": "colour", "say": "?"}) == [(2, "no-slot")]
        assert refused({"say": "{{ nothing }}"}) == [(1, "no-slot")]
        assert refused({"goto": "nowhere"}) == [(1, "no-target")]
        assert refused({"do": "nothing"}) == [(1, "no-action")]
        assert refused({"say": "a", "sugest": []}) == [(1, "extra")]
        assert refused({"says": "a"}) == [(1, "no-verb")]
        assert refused("say") == [(1, "type")]
        assert refused({"say": "a", "suggest": [{"reply": "x" * 26, "goto": "menu"}]}) == [(1, "rcs-label")]
        assert refused({"say": "a", "suggest": [{"reply": f"n{n}", "goto": "menu"} for n in range(12)]}) == [
            (1, "rcs-chips")
        ]
        assert refused({"say": "a", "suggest": [{"reply": "Rien"}]}) == [(1, "reply-dead")]
        assert refused({"id": "menu", "say": "a"}) == [(1, "ambiguous")]
        assert refused({"id": "x", "say": "a"}, {"goto": "x"}) == [(2, "loop-no-wait")]
        assert refused(*[{"say": "a"}] * 101) == [(1, "type")]
        assert refused({"say": "x" * BUILT_MAX}) == [(1, "type")]
        assert (1, "type") in refused({"say": timedelta(1)})
        deep = {"say": "a"}
        for _ in range(30):
            deep = {"if": "score", "then": [deep]}
        assert "type" in {code for _, code in refused(deep)}
        inside = []
        inside.append({"set": inside})
        assert refused(*inside) == [(1, "type")]

    def test_reminders_belong_into_files(self):
        step = {
            "do": "agenda.book",
            "with": {"when": "{{ when }}"},
            "save": "stay",
            "on_error": {"any": {"goto": "end"}},
            "remind": {"at": "{{ when }}", "before": ["2h"], "ref": "{{ stay.ref }}", "say": "Bientôt."},
        }
        assert refused(step) == [(1, "extra")]
        del step["remind"]
        assert build_flow(quiz_of(FIRST), "quiz", [step]).steps[0].action == "agenda.book"

    def test_actions_of_every_source_are_known(self):
        assert refused({"do": "stock.read"}) == [(1, "action-args")]
        flow = build_flow(quiz_of(FIRST), "quiz", [{"do": "stock.read", "with": {"ref": "A"}, "save": "stay"}])
        assert flow.steps[0].save == "stay"

    def test_a_sample_shows_what_can_be_built_for_a_stranger(self):
        bot, faults = sample_flows(quiz_of(FIRST), now=NOW)
        assert ([step.name for step in bot.flows["quiz"].steps], faults) == (["quiz/first"], ())
        bot, faults = sample_flows(quiz_of({"say": "a", "sugest": 1}), now=NOW)
        assert [(fault.code, fault.severity) for fault in faults] == [("extra", "warning")]
        assert faults[0].message.startswith("step 1 of «quiz»: ")
        bot, faults = sample_flows(read_bot(QUIZ, actions=actions_of(lambda ctx: ctx.slots["name"])), now=NOW)
        assert ([step.verb for step in bot.flows["quiz"].steps], faults) == (["python"], ())


class TestNames:
    """What the files may say of a flow that Python builds."""

    def checked(self, tmp_path, text, *, name="quiz", code="return []"):
        (tmp_path / "bot.yaml").write_text(text, "utf-8")
        (tmp_path / "actions.py").write_text(
            f"from rbm_bots import Actions\n\nactions = Actions()\n\n\n@actions.flow({name!r})\n"
            f"def build(ctx):\n    {code}\n"
        )
        return inspect_bot(tmp_path)

    def test_it_may_be_the_start(self, tmp_path):
        checked = self.checked(tmp_path, QUIZ.replace("start: menu", "start: quiz"))
        assert [fault.code for fault in checked.faults] == []
        assert checked.bot is not None

    def test_one_name_is_one_flow(self, tmp_path):
        for taken in ("menu", "hours"):
            checked = self.checked(tmp_path, QUIZ.replace("quiz", "menu"), name=taken)
            errors = [fault for fault in checked.faults if fault.severity == "error"]
            assert [(fault.code, fault.line) for fault in errors] == [("ambiguous", 6)]
        checked = self.checked(tmp_path, QUIZ, name="no name")
        assert {fault.code for fault in checked.faults if fault.severity == "error"} == {"type", "no-target"}
        text = QUIZ.replace("{run: quiz}", "{id: quiz, run: menu}").replace("goto: quiz", "goto: menu")
        assert "ambiguous" in {fault.code for fault in self.checked(tmp_path, text).faults}

    def test_it_may_lead_anywhere_and_fill_anything(self, tmp_path):
        lonely = QUIZ.replace("flows:\n", "flows:\n  lonely: {steps: [{say: '{{ name }}'}]}\n")
        assert [fault.code for fault in self.checked(tmp_path, lonely).faults] == []
        (tmp_path / "actions.py").unlink()
        codes = [fault.code for fault in inspect_bot(tmp_path).faults]
        assert {"no-target"} < set(codes)

    def test_a_scene_may_run_it(self, tmp_path):
        scene = "scenes: {ask: {purpose: service, steps: [{run: quiz}]}}\n"
        assert [fault.code for fault in self.checked(tmp_path, QUIZ + scene).faults] == []

    def test_the_commands_show_what_is_built(self, tmp_path):
        steps = '[{"id": "one", "say": "Première question", "suggest": [{"reply": "Menu", "goto": "menu"}]}]'
        self.checked(tmp_path, QUIZ, code=f"return {steps}")
        run = CliRunner().invoke
        drawn = run(rbm, ["graph", str(tmp_path)]).output
        assert "Première question" in drawn
        assert "Première question" in run(rbm, ["preview", str(tmp_path)]).output
        talked = run(rbm, ["talk", str(tmp_path)], input="tour\n").output
        assert "Première question" in talked
        self.checked(tmp_path, QUIZ, code=f"return {steps.replace('goto', 'gote')}")
        found = run(rbm, ["check", str(tmp_path)])
        assert (found.exit_code, "warning: step 1 of «quiz»" in found.output) == (0, True)
        assert "cannot be played: quiz, step 1: extra" in run(rbm, ["talk", str(tmp_path)], input="tour\n").output

    def test_a_test_of_the_bot_plays_it_or_a_mock(self, tmp_path):
        steps = '[{"id": "one", "ask": "answer", "say": "Une ?", "give_up": "end"}]'
        self.checked(tmp_path, QUIZ, code=f"return {steps}")
        file = tmp_path / "quiz.test.yaml"
        head = "bot: bot.yaml\nnow: 2026-11-23T09:00+01:00\n"
        file.write_text(
            f"{head}tests:\n"
            "  - name: built\n    talk: [{user: tour}, {bot: {say: Une ?}}, {expect: {flow: quiz, step: one}}]\n"
            "  - name: mocked\n    actions: {'flow:quiz': {returns: [{say: Deux}]}}\n"
            "    talk: [{user: tour}, {bot: {say: Deux}}, {bot: any}]\n",
            "utf-8",
        )
        run = CliRunner().invoke(rbm, ["test", str(tmp_path)])
        assert run.exit_code == 0, run.output
        self.checked(tmp_path, QUIZ, code="return [{'gote': 'x'}]")
        run = CliRunner().invoke(rbm, ["test", str(tmp_path)])
        assert "cannot be played: quiz, step 1: no-verb" in run.output
