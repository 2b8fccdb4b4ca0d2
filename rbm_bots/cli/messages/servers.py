"""What the commands that serve, emulate and look after a deployment say, and what all commands share."""

from __future__ import annotations

from typing import Final

__all__ = [
    "AS_JSON",
    "CONFIG",
    "DB",
    "DB_UPGRADE",
    "DOCTOR",
    "DOCTOR_DATABASE_IN_USE",
    "DOCTOR_DEVELOPMENT_KEYS",
    "DOCTOR_NO_ADMIN",
    "DOCTOR_NO_DATABASE",
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
    "RBM_HELP",
    "SERVE",
    "SERVER_ASK",
    "SERVER_NOT_LET_IN",
    "SERVER_NO_ANSWER",
    "WORK",
    "WORKING",
    "WORK_WANTS_POSTGRES",
    "WORK_WANTS_POSTGRES_HINT",
    "cannot_listen",
    "cannot_start",
    "cannot_use_file",
    "database_refuses",
    "db_upgraded",
    "doctor_line",
    "doctor_no_secrets",
    "emulate_port_taken",
    "emulate_ready",
    "server_failed",
    "serving",
]

AS_JSON: Final = "Print JSON, on one line."
CONFIG: Final = "The settings file (default: rbm.toml in this folder); the environment (RBM_…) wins over it."
DB: Final = "Look after the database."
DB_UPGRADE: Final = "Create or change the tables as this version wants them. Run it before every new version."
DOCTOR: Final = "Say what is missing before this deployment can run."
DOCTOR_DATABASE_IN_USE: Final = "in use by a running server"
DOCTOR_DEVELOPMENT_KEYS: Final = "from a key file; production wants RBM_VAULT_KEY and RBM_INDEX_KEY"
DOCTOR_NO_DATABASE: Final = "there is no database yet"
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
RBM_HELP: Final = "Write RCS bots in files, talk to them on an emulated phone, run them behind the operator."
SERVE: Final = "Run webhook, worker, timers, calls and delivery: one process is a whole deployment."
SERVER_ASK: Final = "a server runs: set RBM_ADMIN_TOKEN for both, and this command goes through its admin API"
SERVER_NOT_LET_IN: Final = "the running server has another admin token"
SERVER_NO_ANSWER: Final = "a server has the database, and its admin API does not answer"
WORK: Final = "Run worker, timers, calls and delivery without a webhook: more machines on one PostgreSQL."
WORKING: Final = "rbm work: working"
WORK_WANTS_POSTGRES: Final = "SQLite has one writing process, and «rbm serve» is it"
WORK_WANTS_POSTGRES_HINT: Final = "set database to a postgresql:// URL to run several processes"


def cannot_listen(reason: str) -> str:
    """A port of this machine cannot be had."""
    return f"cannot start: {reason}; choose another port"


def cannot_start(reason: str) -> str:
    """Something outside, such as a resource of a bot's Python, cannot be had."""
    return f"cannot start: {reason}"


def cannot_use_file(path: str, reason: str) -> str:
    """A file or a folder of this machine cannot be read or made."""
    return f"{path}: {reason}"


def database_refuses(reason: str) -> str:
    """The database answers, but not as ours."""
    return f"the database cannot be used: {reason} (check the setting «database»)"


def db_upgraded(version: str) -> str:
    """``rbm db upgrade`` is done."""
    return f"rbm db: the tables are at version {version}"


def doctor_line(check: str, *, good: bool, detail: str) -> str:
    """One check of ``rbm doctor``."""
    return f"{'ok  ' if good else 'FAIL'}  {check}" + (f": {detail}" if detail else "")


def doctor_no_secrets(names: str) -> str:
    """Secrets that HTTP actions name and the environment does not have."""
    return f"not set: {names}"


def emulate_port_taken(port: int) -> str:
    """``rbm emulate`` cannot listen."""
    return f"port {port} of 127.0.0.1 cannot be used; name another with --port"


def emulate_ready(port: int) -> str:
    """``rbm emulate`` listens; programs wait for this line."""
    return f"rbm emulate: listening on http://127.0.0.1:{port}"


def server_failed(status: int) -> str:
    """The admin API of a running server failed."""
    return f"the running server answered {status}; its log says more"


def serving(host: str, port: int) -> str:
    """``rbm serve`` listens; programs wait for this line."""
    return f"rbm serve: listening on http://{host}:{port}"
