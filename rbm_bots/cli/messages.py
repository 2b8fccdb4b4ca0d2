"""Every sentence that a person reads in the terminal. The commands hold none of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Final

__all__ = [
    "AS_JSON",
    "CHECK_FORMAT",
    "CONFIG",
    "DB",
    "DB_UPGRADE",
    "DEV",
    "DEV_FOLDER",
    "DEV_PORT",
    "DOCTOR",
    "DOCTOR_DEVELOPMENT_KEYS",
    "DOCTOR_NO_ADMIN",
    "EMULATE_APP",
    "EMULATE_APP_FORM",
    "EMULATE_AUTH",
    "EMULATE_BOT_KEY",
    "EMULATE_CLOCK",
    "EMULATE_CLOCK_FORM",
    "EMULATE_FILE",
    "EMULATE_PORT",
    "EMULATE_RECORD",
    "EMULATE_SET",
    "EMULATE_SET_FORM",
    "EMULATE_STATIC",
    "EMULATE_STRICT",
    "EMULATE_UNSIGNED",
    "EMULATE_WEBHOOK",
    "EMULATE_WEBHOOK_FORM",
    "LOG_LEVEL",
    "PARSE_CHANNEL",
    "RBM_HELP",
    "SERVE",
    "TALK",
    "TALK_COMMANDS",
    "TALK_RESTARTED",
    "TALK_WAIT_FORM",
    "WORK",
    "WORKING",
    "WORK_WANTS_POSTGRES",
    "WORK_WANTS_POSTGRES_HINT",
    "cannot_listen",
    "check_result",
    "db_upgraded",
    "dev_ready",
    "doctor_line",
    "emulate_port_taken",
    "emulate_ready",
    "serving",
    "talk_channel",
    "talk_no_resources",
    "talk_nothing_to_tap",
    "talk_tapped",
    "talk_time",
    "talk_unknown_command",
    "talk_welcome",
]

AS_JSON: Final = "Print one JSON object."
CHECK_FORMAT: Final = "Text for people, or a JSON list of {file, line, column, severity, code, message, hint}."
CONFIG: Final = "The settings file (default: rbm.toml in this folder); the environment (RBM_…) wins over it."
DB: Final = "Look after the database."
DB_UPGRADE: Final = "Create or change the tables as this version wants them. Run it before every new version."
DEV: Final = "Talk to bots on an emulated phone: server, worker and operator on one port of this machine."
DEV_FOLDER: Final = "Where the development database and keys are kept."
DEV_PORT: Final = "The port on 127.0.0.1; 0 takes a free one."
DOCTOR: Final = "Say what is missing before this deployment can run."
DOCTOR_DEVELOPMENT_KEYS: Final = "from a key file; production wants RBM_VAULT_KEY and RBM_INDEX_KEY"
DOCTOR_NO_ADMIN: Final = "off: RBM_ADMIN_TOKEN is not set"
EMULATE_APP: Final = "The Orange application that may ask for tokens (default APP1:s3cr3t)."
EMULATE_APP_FORM: Final = "an application is written ID:SECRET"
EMULATE_AUTH: Final = "Whose credentials calls bear: Orange's gateway and the bot's JWT, or one GSMA bearer."
EMULATE_BOT_KEY: Final = "The bots' public RSA key; without it signatures are not checked."
EMULATE_CLOCK: Final = "The instant at which the emulated time starts; it runs on from there."
EMULATE_CLOCK_FORM: Final = "an instant is written 2026-01-15T10:00:00Z"
EMULATE_FILE: Final = "a file named on the command line cannot be read or written"
EMULATE_PORT: Final = "The port on 127.0.0.1; 0 takes a free one."
EMULATE_RECORD: Final = "Append every exchange to this file, credentials masked."
EMULATE_SET: Final = "Change one of the emulator's settings; may be repeated."
EMULATE_SET_FORM: Final = "a setting is written NAME=VALUE"
EMULATE_STATIC: Final = "The static GSMA token; without it any bearer is taken."
EMULATE_STRICT: Final = "Refuse, or take, what only some platforms take."
EMULATE_UNSIGNED: Final = "rbm emulate: warning: without --bot-key the signatures of the bots' tokens are not checked"
EMULATE_WEBHOOK: Final = "Where events are posted; {bot} stands for the bot's id."
EMULATE_WEBHOOK_FORM: Final = "a webhook is an http:// or https:// URL"
LOG_LEVEL: Final = "How much the log says; logs hold ids, never numbers or texts."
PARSE_CHANNEL: Final = "Whose webhook the body came to."
RBM_HELP: Final = "Write RCS bots in files, talk to them on an emulated phone, run them behind the operator."
SERVE: Final = "Run webhook, worker, timers, calls and delivery: one process is a whole deployment."
TALK: Final = "Talk to a bot in the terminal: no account, no server. BOT is its folder or its bot.yaml."
TALK_COMMANDS: Final = (
    "/tap 2       tap the suggestion with this number (or label)\n"
    "/sms         see and be seen as a phone without RCS; again: back to RCS\n"
    "/wait 24h    let time go by (s, m, h, d)\n"
    "/restart     be another person\n"
    "/quit        leave"
)
TALK_RESTARTED: Final = "(a new person)"
TALK_WAIT_FORM: Final = "(a time to wait is written 30s, 10m, 24h or 2d)"
WORK: Final = "Run worker, timers, calls and delivery without a webhook: more machines on one PostgreSQL."
WORKING: Final = "rbm work: working"
WORK_WANTS_POSTGRES: Final = "SQLite has one writing process, and «rbm serve» is it"
WORK_WANTS_POSTGRES_HINT: Final = "set database to a postgresql:// URL to run several processes"


def cannot_listen(reason: str) -> str:
    """A port or a file of this machine cannot be had."""
    return f"cannot start: {reason}; name another port with --port"


def check_result(bot: str, *, errors: int, warnings: int) -> str:
    """The last line of ``rbm check`` for one bot."""
    if not errors and not warnings:
        return f"{bot}: fine"
    counted = [(errors, "error"), (warnings, "warning")]
    return f"{bot}: " + ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in counted if count)


def db_upgraded(version: str) -> str:
    """``rbm db upgrade`` is done."""
    return f"rbm db: the tables are at version {version}"


def dev_ready(port: int, bots: list[str]) -> str:
    """``rbm dev`` listens: what to open."""
    return (
        f"rbm dev: {', '.join(bots)}\n"
        f"  phone    http://127.0.0.1:{port}/   open this and talk\n"
        f"  health   http://127.0.0.1:{port}/ready\n"
        "Ctrl-C stops."
    )


def doctor_line(check: str, *, good: bool, detail: str) -> str:
    """One check of ``rbm doctor``."""
    return f"{'ok  ' if good else 'FAIL'}  {check}" + (f": {detail}" if detail else "")


def emulate_port_taken(port: int) -> str:
    """``rbm emulate`` cannot listen."""
    return f"port {port} of 127.0.0.1 cannot be used; name another with --port"


def emulate_ready(port: int) -> str:
    """``rbm emulate`` listens; programs wait for this line."""
    return f"rbm emulate: listening on http://127.0.0.1:{port}"


def serving(host: str, port: int) -> str:
    """``rbm serve`` listens; programs wait for this line."""
    return f"rbm serve: listening on http://{host}:{port}"


def talk_channel(channel: str) -> str:
    """``/sms`` was typed: how the person is reached now."""
    return "(a phone without RCS: SMS texts)" if channel == "sms" else "(a phone with RCS)"


def talk_no_resources(kind: str, reason: str) -> str:
    """A resource of the bot's Python does not open."""
    return f"(a resource of actions.py does not open: {kind}: {reason}; actions that need it will fail)"


def talk_nothing_to_tap(which: str) -> str:
    """``/tap`` named something that is not on the screen."""
    return f"(nothing on the screen is «{which}»; write /tap and a number in brackets)"


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
