"""What the commands of a bot's files say: written, checked, talked to, tested, replayed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

__all__ = [
    "CHECK_FORMAT",
    "DEV",
    "DEV_FOLDER",
    "DEV_NOT_WATCHED",
    "DEV_OTHER_ID",
    "DEV_PORT",
    "GRAPH_FORMAT",
    "I18N",
    "I18N_FOLDER",
    "NEW",
    "NEW_BRAND",
    "NEW_BRAND_ASKED",
    "NEW_BRAND_FORM",
    "NEW_FOLDER",
    "NEW_LANGUAGE",
    "NEW_LANGUAGE_ASKED",
    "NEW_NAME_FORM",
    "NEW_STARTER",
    "PARSE_CHANNEL",
    "PREVIEW_CHANNEL",
    "PREVIEW_FORMAT",
    "PREVIEW_OUT",
    "REPLAY",
    "SCHEMA_PART",
    "TALK",
    "TALK_COMMANDS",
    "TALK_LANGUAGE",
    "TALK_RESTARTED",
    "TALK_WAIT_FORM",
    "TEST",
    "TEST_COV",
    "TEST_JUNIT",
    "TEST_NONE",
    "TEST_UPDATE",
    "TEST_WORDS",
    "check_result",
    "dev_last_good",
    "dev_ready",
    "dev_reloaded",
    "explain_line",
    "i18n_written",
    "new_folder_taken",
    "new_written",
    "preview_heading",
    "replay_heading",
    "replay_none",
    "replay_result",
    "talk_channel",
    "talk_flow_refused",
    "talk_no_language",
    "talk_no_resources",
    "talk_nothing_to_tap",
    "talk_reason",
    "talk_tapped",
    "talk_time",
    "talk_unknown_command",
    "talk_welcome",
    "test_coverage",
    "test_line",
    "test_never",
    "test_result",
    "test_updated",
]

CHECK_FORMAT: Final = "Text for people, JSON for programs, or what GitHub and code scanners (SARIF 2.1.0) read."
DEV: Final = "Talk to bots on an emulated phone: server, worker and operator on one port of this machine."
DEV_FOLDER: Final = "Where the development database and keys are kept."
DEV_NOT_WATCHED: Final = "rbm dev: saved files are not loaded again: pip install watchfiles"
DEV_OTHER_ID: Final = "the id of a bot cannot change while it runs: start rbm dev again"
DEV_PORT: Final = "The port on 127.0.0.1; 0 takes a free one."
GRAPH_FORMAT: Final = "Mermaid text, a picture (SVG), or Graphviz text (dot)."
I18N: Final = "Translate a bot: write and check its files under i18n/."
I18N_FOLDER: Final = "translations lie beside a bot folder's bot.yaml: name the folder"
NEW: Final = "Write a new bot that works: a folder with its conversations and a README. NAME becomes its id."
NEW_BRAND: Final = "The brand's name, as people read it (default: from NAME)."
NEW_BRAND_ASKED: Final = "The brand's name"
NEW_BRAND_FORM: Final = "a brand's name has 1 to 40 characters, without braces, stars, backslashes and double quotes"
NEW_FOLDER: Final = "The folder to make (default: NAME, here)."
NEW_LANGUAGE: Final = "The first language; the other one stays as a translation (default: fr)."
NEW_LANGUAGE_ASKED: Final = "The first language"
NEW_NAME_FORM: Final = "a bot's name begins with a small letter and has small letters, digits and - (at most 40)"
NEW_STARTER: Final = "What the bot begins with."
PARSE_CHANNEL: Final = "Whose webhook the body came to."
PREVIEW_CHANNEL: Final = "How the messages leave: as RCS over MaaP, or as SMS."
PREVIEW_FORMAT: Final = "Text for people, a JSON list of {id, language, body}, or one HTML page."
PREVIEW_OUT: Final = "Write to this file instead of the terminal."
REPLAY: Final = (
    "Play a recorded conversation again: ID is its bot and contact, like garage/01J…; actions answer from the record."
)
SCHEMA_PART: Final = "The schema of a file under flows/ instead."
TALK: Final = "Talk to a bot in the terminal: no account, no server. BOT is its folder or its bot.yaml."
TALK_COMMANDS: Final = (
    "/tap 2       tap the suggestion with this number (or label)\n"
    "/sms         see and be seen as a phone without RCS; again: back to RCS\n"
    "/wait 24h    let time go by (s, m, h, d)\n"
    "/restart     be another person\n"
    "/quit        leave"
)
TALK_LANGUAGE: Final = "The language of the person's phone, one of the bot's (default: the first)."
TALK_RESTARTED: Final = "(a new person)"
TALK_WAIT_FORM: Final = "(a time to wait is written 30s, 10m, 24h or 2d)"
TEST: Final = "Run conversation tests (*.test.yaml) of files and folders; without a PATH, of this folder."
TEST_COV: Final = "Say which steps no test reached, with their lines."
TEST_JUNIT: Final = "Write the outcome as JUnit XML."
TEST_NONE: Final = "rbm test: no test was found, and that is a failure (a test stands in a file *.test.yaml)"
TEST_UPDATE: Final = "Write the «bot:» lines as the bot speaks now; everything else of the files stays as it is."
TEST_WORDS: Final = "Run only tests whose file::name holds these words: «booking and not sms»."


def check_result(bot: str, *, errors: int, warnings: int) -> str:
    """The last line of ``rbm check`` for one bot."""
    if not errors and not warnings:
        return f"{bot}: fine"
    counted = [(errors, "error"), (warnings, "warning")]
    return f"{bot}: " + ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in counted if count)


def dev_last_good(bot: str) -> str:
    """A save has faults; printed below them, and the title above the phones."""
    return f"rbm dev: {bot}: not loaded; the last good version goes on"


def dev_ready(port: int, bots: list[str]) -> str:
    """``rbm dev`` listens: what to open."""
    return (
        f"rbm dev: {', '.join(bots)}\n"
        f"  phone    http://127.0.0.1:{port}/   open this and talk\n"
        f"  health   http://127.0.0.1:{port}/ready\n"
        "Ctrl-C stops."
    )


def dev_reloaded(bot: str, version: str) -> str:
    """A save was loaded; programs wait for this line."""
    return f"rbm dev: {bot}: loaded version {version}"


def explain_line(code: str, *, severity: str, says: str) -> str:
    """One code in the list of ``rbm explain``."""
    return f"{code:<16} {severity:<8} {says}"


def new_folder_taken(folder: str) -> str:
    """``rbm new`` would have to write over something."""
    return f"{folder} is there already; nothing is written over it: choose another NAME or --folder"


def new_written(folder: str, *, files: int) -> str:
    """``rbm new`` is done: what to run next."""
    return (
        f"{folder}: {files} files\n"
        f"  rbm test {folder}    its conversations pass\n"
        f"  rbm dev {folder}     talk to it on an emulated phone\n"
        f"  {folder}/README.md   what to change first"
    )


def i18n_written(path: str, *, missing: int, stale: int, gone: int) -> str:
    """``rbm i18n extract`` wrote a file."""
    return f"{path}: {missing} to translate, {stale} to look at again, {gone} no longer used"


def preview_heading(name: str, language: str) -> str:
    """The line above one message of ``rbm preview``."""
    return f"--- {name} ({language})"


def replay_heading(conversation: str, *, events: int, version: str) -> str:
    """The first line of ``rbm replay``; ``version`` is the bot's now."""
    return f"{conversation}: {events} events, played by version {version}"


def replay_none(conversation: str) -> str:
    """``rbm replay`` was asked for something that is not recorded."""
    return f"no conversation «{conversation}» is recorded; ID is a bot of rbm.toml and a contact, like garage/01J…"


def replay_result(different: int) -> str:
    """The last line of ``rbm replay``: how many of its events are answered in another way now."""
    return f"{different} answered differently now" if different else "0 differences: the same as then"


def talk_channel(channel: str) -> str:
    """``/sms`` was typed: how the person is reached now."""
    return "(a phone without RCS: SMS texts)" if channel == "sms" else "(a phone with RCS)"


def talk_no_language(language: str, known: list[str]) -> str:
    """``--language`` names one that the bot does not speak."""
    return f"this bot does not speak «{language}»; its languages: {', '.join(known)}"


def talk_no_resources(kind: str, reason: str) -> str:
    """A resource of the bot's Python does not open."""
    return f"(a resource of actions.py does not open: {kind}: {reason}; actions that need it will fail)"


def talk_nothing_to_tap(which: str) -> str:
    """``/tap`` named something that is not on the screen."""
    return f"(nothing on the screen is «{which}»; write /tap and a number in brackets)"


def talk_flow_refused(what: str) -> str:
    """Python built steps that the bot cannot play: the flow, the step, the code of the fault."""
    return f"(actions.py built a flow that cannot be played: {what}; «rbm check» tells more)"


def talk_reason(reason: str) -> str:
    """Why the bot said sorry, or went another way: for the author."""
    return f"({reason})"


def talk_tapped(label: str) -> str:
    """A button was tapped that only the phone acts on."""
    return f"(the phone opens «{label}»)"


def talk_time(local: datetime) -> str:
    """``/wait`` is over: the time in the bot's zone."""
    return f"(it is {local:%Y-%m-%d %H:%M})"


def talk_unknown_command(word: str) -> str:
    """A line that begins with a stroke and is no command."""
    return f"({word} is no command; /help lists them)"


def talk_welcome(name: str) -> str:
    """The first line of ``rbm talk``."""
    return f"{name}. Write as a person would; /tap 1 taps, /help lists the commands, /quit leaves."


def test_coverage(bot: str, *, reached: int, steps: int) -> str:
    """How much of a bot its tests reach."""
    return f"{bot}: {reached} of {steps} steps reached"


def test_line(name: str, *, good: bool) -> str:
    """One test that ran."""
    return f"{'ok  ' if good else 'FAIL'}  {name}"


def test_never(place: str, step: str) -> str:
    """A step that no test reached."""
    return f"never: {place}  {step}"


def test_result(*, passed: int, failed: int) -> str:
    """The last line of ``rbm test``."""
    return f"{passed} passed, {failed} failed"


def test_updated(lines: int) -> str:
    """``rbm test --update`` has written a file."""
    return f"updated: {lines} line{'' if lines == 1 else 's'}"
