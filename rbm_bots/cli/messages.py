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
    "DELIVERY",
    "DEV",
    "DEV_FOLDER",
    "DEV_NOT_WATCHED",
    "DEV_OTHER_ID",
    "DEV_PORT",
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
    "GRAPH_FORMAT",
    "I18N",
    "I18N_FOLDER",
    "LEDGER",
    "LOG_LEVEL",
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
    "RBM_HELP",
    "REPLAY",
    "RULES",
    "RULES_DECIDE",
    "SCHEMA_PART",
    "SERVE",
    "SMS",
    "SMSC",
    "SMSC_LOGIN",
    "SMSC_LOGIN_FORM",
    "SMSC_PORT",
    "SMSC_RATE",
    "SMSC_RECORD",
    "SMS_INSPECT",
    "SMS_KEEP",
    "SMS_MODE",
    "SMS_MOST_PARTS",
    "SMS_NOT_UNICODE",
    "SMS_REFERENCE_BITS",
    "TALK",
    "TALK_COMMANDS",
    "TALK_RESTARTED",
    "TALK_WAIT_FORM",
    "TEST",
    "TEST_COV",
    "TEST_JUNIT",
    "TEST_NONE",
    "TEST_UPDATE",
    "TEST_WORDS",
    "WORK",
    "WORKING",
    "WORK_WANTS_POSTGRES",
    "WORK_WANTS_POSTGRES_HINT",
    "cannot_listen",
    "cannot_start",
    "cannot_use_file",
    "check_result",
    "database_refuses",
    "db_upgraded",
    "delivery_line",
    "dev_last_good",
    "dev_ready",
    "dev_reloaded",
    "doctor_line",
    "emulate_port_taken",
    "emulate_ready",
    "explain_line",
    "fee_line",
    "i18n_written",
    "ledger_case",
    "ledger_difference",
    "ledger_line",
    "ledger_result",
    "ledger_unreadable",
    "new_folder_taken",
    "new_written",
    "preview_heading",
    "replay_heading",
    "replay_none",
    "replay_result",
    "rules_decision",
    "serving",
    "smsc_ready",
    "talk_channel",
    "talk_no_resources",
    "talk_nothing_to_tap",
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

AS_JSON: Final = "Print JSON, on one line."
CHECK_FORMAT: Final = "Text for people, JSON for programs, or what GitHub and code scanners (SARIF 2.1.0) read."
CONFIG: Final = "The settings file (default: rbm.toml in this folder); the environment (RBM_…) wins over it."
DB: Final = "Look after the database."
DB_UPGRADE: Final = "Create or change the tables as this version wants them. Run it before every new version."
DELIVERY: Final = "See what delivery would do, without sending anything."
DEV: Final = "Talk to bots on an emulated phone: server, worker and operator on one port of this machine."
DEV_FOLDER: Final = "Where the development database and keys are kept."
DEV_NOT_WATCHED: Final = "rbm dev: saved files are not loaded again: pip install watchfiles"
DEV_OTHER_ID: Final = "the id of a bot cannot change while it runs: start rbm dev again"
DEV_PORT: Final = "The port on 127.0.0.1; 0 takes a free one."
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
GRAPH_FORMAT: Final = "Mermaid text, a picture (SVG), or Graphviz text (dot)."
I18N: Final = "Translate a bot: write and check its files under i18n/."
I18N_FOLDER: Final = "translations lie beside a bot folder's bot.yaml: name the folder"
LEDGER: Final = "See what messages and contracts cost."
LOG_LEVEL: Final = "How much the log says; logs hold ids, never numbers or texts."
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
RBM_HELP: Final = "Write RCS bots in files, talk to them on an emulated phone, run them behind the operator."
REPLAY: Final = (
    "Play a recorded conversation again: ID is its bot and contact, like garage/01J…; actions answer from the record."
)
RULES: Final = "Ask what the law and the person allow."
RULES_DECIDE: Final = "Decide the cases of FILE: may each message leave now? «-» reads them from the input."
SCHEMA_PART: Final = "The schema of a file under flows/ instead."
SERVE: Final = "Run webhook, worker, timers, calls and delivery: one process is a whole deployment."
SMS: Final = "Look at texts as SMS carries them."
SMS_INSPECT: Final = "Say what TEXT costs as an SMS: its alphabet, its size, its parts, and its transliterated form."
SMS_KEEP: Final = "A word (a code, a name) that transliteration leaves as it is; may be repeated."
SMS_MODE: Final = "Also say what is sent: strict and gsm refuse what does not fit, smart rewrites where it saves parts."
SMS_MOST_PARTS: Final = "Refuse what fills more parts; marketing may have 3, other messages 5. Wants --mode."
SMS_NOT_UNICODE: Final = "TEXT is no UTF-8"
SMS_REFERENCE_BITS: Final = "The size of the number that joins the parts."
SMSC: Final = "Play an SMS centre over UCP on this machine; a recipient's last four digits choose what happens."
SMSC_LOGIN: Final = "The account and its password (default 36123:secret)."
SMSC_LOGIN_FORM: Final = "a login is written USER:PASS, and USER is 1 to 16 digits"
SMSC_PORT: Final = "The port on 127.0.0.1; 0 takes a free one."
SMSC_RATE: Final = "Refuse more operations than this in any second."
SMSC_RECORD: Final = "Append every frame to this file, passwords masked."
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
TEST: Final = "Run conversation tests (*.test.yaml) of files and folders; without a PATH, of this folder."
TEST_COV: Final = "Say which steps no test reached, with their lines."
TEST_JUNIT: Final = "Write the outcome as JUnit XML."
TEST_NONE: Final = "rbm test: no test was found, and that is a failure (a test stands in a file *.test.yaml)"
TEST_UPDATE: Final = "Write the «bot:» lines as the bot speaks now; everything else of the files stays as it is."
TEST_WORDS: Final = "Run only tests whose file::name holds these words: «booking and not sms»."
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


def check_result(bot: str, *, errors: int, warnings: int) -> str:
    """The last line of ``rbm check`` for one bot."""
    if not errors and not warnings:
        return f"{bot}: fine"
    counted = [(errors, "error"), (warnings, "warning")]
    return f"{bot}: " + ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in counted if count)


def database_refuses(reason: str) -> str:
    """The database answers, but not as ours."""
    return f"the database cannot be used: {reason} (check the setting «database»)"


def db_upgraded(version: str) -> str:
    """``rbm db upgrade`` is done."""
    return f"rbm db: the tables are at version {version}"


def delivery_line(case: str, *, legs: list[str], outcome: str) -> str:
    """One case of ``rbm delivery simulate``: what came of it, and which legs left when."""
    return f"{case}  {outcome}  {', '.join(legs) or 'nothing left'}"


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


def doctor_line(check: str, *, good: bool, detail: str) -> str:
    """One check of ``rbm doctor``."""
    return f"{'ok  ' if good else 'FAIL'}  {check}" + (f": {detail}" if detail else "")


def emulate_port_taken(port: int) -> str:
    """``rbm emulate`` cannot listen."""
    return f"port {port} of 127.0.0.1 cannot be used; name another with --port"


def emulate_ready(port: int) -> str:
    """``rbm emulate`` listens; programs wait for this line."""
    return f"rbm emulate: listening on http://127.0.0.1:{port}"


def explain_line(code: str, *, severity: str, says: str) -> str:
    """One code in the list of ``rbm explain``."""
    return f"{code:<16} {severity:<8} {says}"


def fee_line(product: str, *, quantity: int, unit: str, amount: str) -> str:
    """One line of an invoice; amounts are written in euro."""
    return f"{product:<22}{quantity:>8}  x {unit:>10}  {amount:>12}"


def ledger_case(name: str, *, title: str, total: str, good: bool) -> str:
    """The heading of one case of ``rbm ledger``."""
    return f"{'ok  ' if good else 'FAIL'}  {name}  {total}  {title}".rstrip()


def ledger_difference(key: str, *, expected: str, got: str) -> str:
    """Something that was expected and did not come."""
    return f"{key}: expected {expected}, got {got}"


def ledger_line(product: str, *, operator: str, amount: str, at: str) -> str:
    """One charge; the amount is written in euro, the date in UTC."""
    return f"{product:<14}{operator:<10}{amount:>10}  {at}"


def ledger_result(*, good: int, different: int) -> str:
    """The last line of ``rbm ledger rate`` and ``rbm ledger fees``."""
    return f"{good} as expected, {different} different"


def ledger_unreadable(path: str, reason: str) -> str:
    """A file of ``rbm ledger`` is not there, or is not one."""
    return f"{path}: {reason}"


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


def rules_decision(case: str, *, verdict: str, rule: str, until: str, reason: str) -> str:
    """One decision of ``rbm rules decide``; ``until`` and ``reason`` may be empty."""
    words = " ".join(word for word in (verdict, rule, until and f"until {until}") if word)
    return f"{case}: {words}" + (f" ({reason})" if reason else "")


def serving(host: str, port: int) -> str:
    """``rbm serve`` listens; programs wait for this line."""
    return f"rbm serve: listening on http://{host}:{port}"


def smsc_ready(port: int) -> str:
    """``rbm smsc`` listens; programs wait for this line."""
    return f"rbm smsc: listening on 127.0.0.1:{port}"


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
