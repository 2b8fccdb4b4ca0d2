"""Every sentence that a person reads in the terminal. The commands hold none of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Final

__all__ = [
    "AS_JSON",
    "CAMPAIGN",
    "CAMPAIGN_ANSWERS",
    "CAMPAIGN_CANCEL",
    "CAMPAIGN_FOLLOW",
    "CAMPAIGN_NONE",
    "CAMPAIGN_NO_CONSENT",
    "CAMPAIGN_OUT",
    "CAMPAIGN_PAUSE",
    "CAMPAIGN_PLAN",
    "CAMPAIGN_READING",
    "CAMPAIGN_REPORT",
    "CAMPAIGN_RESUME",
    "CAMPAIGN_RUN",
    "CAMPAIGN_SMS",
    "CAMPAIGN_STATUS",
    "CAMPAIGN_TO",
    "CAMPAIGN_UNPRICED",
    "CAMPAIGN_VARIANT",
    "CAMPAIGN_WITH",
    "CAPABILITY",
    "CAPABILITY_CHECK",
    "CAPABILITY_NONE",
    "CAPABILITY_PRICE_FORM",
    "CAPABILITY_RATIOS",
    "CAPABILITY_RCS_PRICE",
    "CAPABILITY_REPORT",
    "CAPABILITY_RESUME",
    "CAPABILITY_SMS_PRICE",
    "CAPABILITY_UNPRICED",
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
    "LEDGER_ACKNOWLEDGE",
    "LEDGER_ACKNOWLEDGE_OPERATOR",
    "LEDGER_ACTIVITY",
    "LEDGER_CHARGES",
    "LEDGER_CLOSE",
    "LEDGER_CLOSE_CHECK",
    "LEDGER_CSV",
    "LEDGER_DATE_FORM",
    "LEDGER_DRY_RUN",
    "LEDGER_EURO_FORM",
    "LEDGER_EXPLAIN",
    "LEDGER_HTML",
    "LEDGER_MAPPING",
    "LEDGER_MONTH",
    "LEDGER_MONTH_DEFAULT",
    "LEDGER_MONTH_WHICH",
    "LEDGER_OF_BOT",
    "LEDGER_OF_BRAND",
    "LEDGER_OF_CAMPAIGN",
    "LEDGER_OF_OPERATOR",
    "LEDGER_PARQUET",
    "LEDGER_PDF",
    "LEDGER_PRICES",
    "LEDGER_PRICES_ADD",
    "LEDGER_PRICES_LIST",
    "LEDGER_PRICE_FORM",
    "LEDGER_PRICE_FROM",
    "LEDGER_PRICE_OPERATOR",
    "LEDGER_PRICE_SOURCE",
    "LEDGER_RECONCILE",
    "LEDGER_REPORT_OF",
    "LEDGER_RERATE",
    "LEDGER_RERATE_FROM",
    "LEDGER_TOLERANCE",
    "LEDGER_WHO",
    "LEDGER_WHY",
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
    "SERVER_ASK",
    "SERVER_NOT_LET_IN",
    "SERVER_NO_ANSWER",
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
    "TALK_LANGUAGE",
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
    "campaign_audience",
    "campaign_bar",
    "campaign_cancelled",
    "campaign_consents",
    "campaign_cost",
    "campaign_day",
    "campaign_does_not_fit",
    "campaign_duration",
    "campaign_groups",
    "campaign_importing",
    "campaign_left_out",
    "campaign_listed",
    "campaign_messages",
    "campaign_more_days",
    "campaign_not_asked",
    "campaign_outcomes",
    "campaign_paused",
    "campaign_people",
    "campaign_reported",
    "campaign_resumed",
    "campaign_sms_limit",
    "campaign_sms_slower",
    "campaign_standing",
    "campaign_started",
    "campaign_state",
    "campaign_tested",
    "campaign_unpriced",
    "campaign_unusable",
    "campaign_way",
    "cannot_listen",
    "cannot_start",
    "cannot_use_file",
    "capability_group",
    "capability_plan",
    "capability_ratio",
    "capability_resumed",
    "check_result",
    "database_refuses",
    "db_upgraded",
    "delivery_line",
    "dev_last_good",
    "dev_ready",
    "dev_reloaded",
    "doctor_line",
    "doctor_no_secrets",
    "emulate_port_taken",
    "emulate_ready",
    "explain_line",
    "fee_line",
    "i18n_written",
    "ledger_acknowledged",
    "ledger_adjustment",
    "ledger_blocker",
    "ledger_case",
    "ledger_change",
    "ledger_changes",
    "ledger_closable",
    "ledger_closed",
    "ledger_difference",
    "ledger_difference_line",
    "ledger_elsewhere",
    "ledger_held",
    "ledger_line",
    "ledger_month_heading",
    "ledger_month_line",
    "ledger_more_differences",
    "ledger_ordered",
    "ledger_price",
    "ledger_price_entered",
    "ledger_reconcile_result",
    "ledger_reconciled",
    "ledger_result",
    "ledger_total",
    "ledger_totals",
    "ledger_unpriced",
    "ledger_unreadable",
    "ledger_window",
    "ledger_written",
    "new_folder_taken",
    "new_written",
    "preview_heading",
    "replay_heading",
    "replay_none",
    "replay_result",
    "rules_decision",
    "server_failed",
    "serving",
    "smsc_ready",
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

AS_JSON: Final = "Print JSON, on one line."
CAMPAIGN: Final = "Send one message or one scene to everybody of an audience: plan, run, watch, report."
CAMPAIGN_ANSWERS: Final = "How many in a hundred are expected to answer, for the estimate of the cost."
CAMPAIGN_CANCEL: Final = "End a campaign for good; what has not left is taken back."
CAMPAIGN_FOLLOW: Final = "Keep showing how far it is, until it is done."
CAMPAIGN_NO_CONSENT: Final = "no «consent» columns are named: the rules refuse marketing to whoever has not agreed"
CAMPAIGN_NONE: Final = "there is no campaign yet"
CAMPAIGN_OUT: Final = "Write to this file; one that ends in .parquet is written as Parquet (default: CSV, here)."
CAMPAIGN_PAUSE: Final = "Let nothing more leave, until «rbm campaign resume»."
CAMPAIGN_PLAN: Final = (
    "Read FILE and its audience and say what would happen: people, days, time, cost. Nothing is sent."
)
CAMPAIGN_READING: Final = "reading the audience …"
CAMPAIGN_REPORT: Final = "What became of each recipient of a campaign."
CAMPAIGN_RESUME: Final = "Go on with a campaign that is paused."
CAMPAIGN_RUN: Final = "Import the audience of FILE and start; a running server sends. The same command again goes on."
CAMPAIGN_SMS: Final = "How many in a hundred are expected to leave by SMS (default: what is known of the people)."
CAMPAIGN_STATUS: Final = "How far a campaign is; without a NAME, every campaign."
CAMPAIGN_TO: Final = "Only send a test, to a tester of the file: a name or a number."
CAMPAIGN_UNPRICED: Final = "the cost is not known: prices are missing"
CAMPAIGN_VARIANT: Final = "Which variant the test sends (default: the first)."
CAMPAIGN_WITH: Final = (
    "Add a column of your own audience; may be repeated. Numbers are given only for their own column."
)
CAPABILITY: Final = "Who can be reached by RCS, and how many sends went to unknown numbers."
CAPABILITY_CHECK: Final = "Ask the platform about one number now, where the settings allow it."
CAPABILITY_NONE: Final = "nothing was sent yet"
CAPABILITY_PRICE_FORM: Final = "an amount in euro with at most six decimals, such as 0.095"
CAPABILITY_RATIOS: Final = "The share of unknown numbers of every campaign and application."
CAPABILITY_RCS_PRICE: Final = "What one person costs by RCS."
CAPABILITY_REPORT: Final = "Count a bot's people by how they can be reached, with the cost of each plan."
CAPABILITY_RESUME: Final = "Let a campaign or application go on that too many unknown numbers have stopped."
CAPABILITY_SMS_PRICE: Final = "What one person costs by SMS."
CAPABILITY_UNPRICED: Final = "price unknown"
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
LEDGER_ACKNOWLEDGE: Final = "Accept the reconciliation of a month with an operator: who, when and why are kept."
LEDGER_ACKNOWLEDGE_OPERATOR: Final = "The operator whose report it was; OPS for SMS."
LEDGER_ACTIVITY: Final = "The activity file that came with the report: it names messages, so lines pair by them first."
LEDGER_CHARGES: Final = "Write every charge behind the statement as CSV."
LEDGER_CLOSE: Final = "Close a month for good, or say what stands in the way."
LEDGER_CLOSE_CHECK: Final = "Only say what stands in the way."
LEDGER_CSV: Final = "Write the statement as CSV."
LEDGER_DATE_FORM: Final = "a date is written 2026-01-31 (the day begins in Paris), or as an instant with an offset"
LEDGER_DRY_RUN: Final = "Only say what would change."
LEDGER_EURO_FORM: Final = "a price is euro with at most six decimals: 0.095"
LEDGER_EXPLAIN: Final = "Tell in words how a charge came about: its id, or a conversation as BOT/CONTACT."
LEDGER_HTML: Final = "Write the statement as one HTML file."
LEDGER_MAPPING: Final = "A TOML file that says which column is what, for reports other than billable events."
LEDGER_MONTH: Final = "Show or write the statement of a month; provisional until the month is closed."
LEDGER_MONTH_DEFAULT: Final = "The month (default: the present one in Paris)."
LEDGER_MONTH_WHICH: Final = "The month, in Paris."
LEDGER_OF_BOT: Final = "Only this bot."
LEDGER_OF_BRAND: Final = "Only this brand (the sender of the messages)."
LEDGER_OF_CAMPAIGN: Final = "Only this campaign."
LEDGER_OF_OPERATOR: Final = "Only this operator."
LEDGER_PARQUET: Final = "Write the statement as Parquet."
LEDGER_PDF: Final = "Write the statement as PDF."
LEDGER_PRICES: Final = "See and enter prices. A row is never edited: a correction is another row of the same start."
LEDGER_PRICES_ADD: Final = "Enter what OPERATOR asks for PRODUCT, in EURO before VAT: ORANGE MU 0.06."
LEDGER_PRICES_LIST: Final = "Show every price row, as it was entered."
LEDGER_PRICE_FORM: Final = "operators and products are written in capitals: ORANGE MU"
LEDGER_PRICE_FROM: Final = "From when on it holds."
LEDGER_PRICE_OPERATOR: Final = "Only the prices of this operator."
LEDGER_PRICE_SOURCE: Final = "Where it stands: a contract, an annex."
LEDGER_RECONCILE: Final = "Compare an operator's REPORT (CSV) with our charges of a month."
LEDGER_REPORT_OF: Final = "The operator whose report it is (default: the deployment's default operator)."
LEDGER_RERATE: Final = "Rate again what happened since a date, and post what differs."
LEDGER_RERATE_FROM: Final = "Since when."
LEDGER_TOLERANCE: Final = "By how many seconds two starts may differ and still be the same."
LEDGER_WHO: Final = "In whose name (default: the account of this machine)."
LEDGER_WHY: Final = "Why; it is kept."
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
SERVER_ASK: Final = "a server runs: set RBM_ADMIN_TOKEN for both, and this command goes through its admin API"
SERVER_NOT_LET_IN: Final = "the running server has another admin token"
SERVER_NO_ANSWER: Final = "a server has the database, and its admin API does not answer"
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
TALK_LANGUAGE: Final = "The language of the person's phone, one of the bot's (default: the first)."
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


def campaign_audience(people: str, *, rows: str) -> str:
    """How many people an audience has."""
    return f"{people} people in {rows} rows"


def campaign_bar(drawn: str, *, share: str, done: str, total: str, state: str) -> str:
    """How far a campaign is, on one line."""
    return f"{drawn} {share}  {done} of {total}  {state}"


def campaign_cancelled(name: str, *, taken_back: str) -> str:
    """A campaign has ended by hand."""
    return f"{name} is cancelled; {taken_back} messages were taken back before they left"


def campaign_consents(people: str) -> str:
    """How many people the audience proves the consent of."""
    return f"{people} bring a proof of consent"


def campaign_cost(low: str, *, expected: str, worst: str) -> str:
    """What a campaign may cost, in euros without VAT."""
    return f"cost: {expected} € expected, {low} € at least, {worst} € if everybody answers (without VAT)"


def campaign_day(start: str, *, until: str, messages: str) -> str:
    """One stretch of sending."""
    return f"{start} to {until}: {messages} messages"


def campaign_does_not_fit(reason: str) -> str:
    """The campaign cannot end in its hours."""
    return f"it does not fit: {reason}"


def campaign_duration(duration: str, *, rate: str) -> str:
    """How long it takes."""
    return f"{duration} at {rate} a second"


def campaign_groups(groups: list[str]) -> str:
    """How people are split."""
    return f"about: {', '.join(groups)}"


def campaign_importing(people: str, *, total: str) -> str:
    """How many people were handed over."""
    return f"{people} of {total} people imported"


def campaign_left_out(counts: list[str]) -> str:
    """Lines of the audience that were not used."""
    return f"left out: {', '.join(counts)}"


def campaign_listed(name: str, *, state: str) -> str:
    """One campaign in the list of all."""
    return f"{name}  {state}"


def campaign_messages(count: str, *, each: int, parts: int) -> str:
    """How much leaves."""
    return f"{count} messages, {each} for each person; an SMS in {parts} part{'s' if parts > 1 else ''}"


def campaign_more_days(count: int, *, ends: str) -> str:
    """Days that are not shown."""
    return f"and {count} more, until {ends}"


def campaign_not_asked(reason: str) -> str:
    """Nobody could be asked about the people."""
    return f"nobody was asked who can be reached: {reason}"


def campaign_outcomes(counts: list[str]) -> str:
    """What became of the messages."""
    return f"messages: {', '.join(counts)}"


def campaign_paused(name: str) -> str:
    """A campaign is paused."""
    return f"{name} is paused; nothing more leaves"


def campaign_people(total: str, *, people: list[str]) -> str:
    """Where the people of a campaign stand."""
    return f"{total} people: {', '.join(people)}"


def campaign_reported(path: str, *, people: str) -> str:
    """A report was written."""
    return f"{path}: {people} people"


def campaign_resumed(name: str) -> str:
    """A campaign goes on."""
    return f"{name} goes on"


def campaign_sms_limit(share: str) -> str:
    """From which share of SMS on the short code is too slow."""
    return f"the short code becomes the slower side when more than {share} leave by SMS"


def campaign_sms_slower(sms: str, *, rcs: str) -> str:
    """The short code sets the pace."""
    return f"the short code is the slower side: {sms}, where RCS alone takes {rcs}"


def campaign_standing(name: str, *, count: str, share: str) -> str:
    """How many people stand in one group."""
    return f"{name}: {count} ({share})"


def campaign_started(name: str, *, people: str) -> str:
    """A campaign has all its people."""
    return f"{name} runs: {people} people; «rbm campaign status {name} --follow» shows how far it is"


def campaign_state(name: str, *, state: str, since: str) -> str:
    """What a campaign does."""
    return f"{name}: {state} since {since}"


def campaign_tested(contact: str) -> str:
    """A test was queued."""
    return f"a test is queued for contact {contact}; a running server sends it"


def campaign_unpriced(operator: str, *, product: str) -> str:
    """A price is missing."""
    return f"no price for {product} of {operator}"


def campaign_unusable(what: str, *, count: str, lines: str) -> str:
    """Lines of the audience that cannot be used."""
    return f"{count} with {what}, first in line {lines}"


def campaign_way(name: str, *, rcs: str, sms: str, nobody: str, cost: str) -> str:
    """One way to run a campaign, and its expected cost in euros."""
    return f"{name}: {rcs} by RCS, {sms} by SMS, {nobody} not at all: {cost} €"


def cannot_listen(reason: str) -> str:
    """A port of this machine cannot be had."""
    return f"cannot start: {reason}; choose another port"


def cannot_start(reason: str) -> str:
    """Something outside, such as a resource of a bot's Python, cannot be had."""
    return f"cannot start: {reason}"


def cannot_use_file(path: str, reason: str) -> str:
    """A file or a folder of this machine cannot be read or made."""
    return f"{path}: {reason}"


def capability_group(name: str, *, count: int, share: str) -> str:
    """One group of an audience."""
    return f"{name:15} {count:>9}  {share:>8}"


def capability_plan(name: str, *, rcs: int, sms: int, nobody: int, cost: str) -> str:
    """What one plan reaches and costs."""
    return f"plan {name}: {rcs} by RCS, {sms} by SMS, {nobody} not reached; {cost}"


def capability_ratio(name: str, *, share: str, misses: int, attempts: int, level: str) -> str:
    """The share of unknown numbers of one campaign or application."""
    return f"{name}: {share} ({misses} of {attempts}), {level}"


def capability_resumed(campaigns: list[str]) -> str:
    """What goes on again."""
    return f"counted anew; campaigns that go on: {', '.join(campaigns) or 'none'}"


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


def doctor_no_secrets(names: str) -> str:
    """Secrets that HTTP actions name and the environment does not have."""
    return f"not set: {names}"


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


def ledger_acknowledged(month: str, *, operator: str, differences: int) -> str:
    """A reconciliation was accepted."""
    return f"{month}: the reconciliation with {operator} is acknowledged, with {differences} differences"


def ledger_adjustment(month: str, *, line: str) -> str:
    """A line that corrects a closed month."""
    return f"{line}  adjustment for {month}"


def ledger_blocker(detail: str) -> str:
    """One thing that stands in the way of closing."""
    return f"cannot close: {detail}"


def ledger_change(key: str, *, posted: int, taken_back: int, amount: str) -> str:
    """What a re-rating or a price changes for one conversation."""
    return f"{key}  {posted} posted, {taken_back} taken back, {amount}"


def ledger_changes(keys: int, *, posted: int, taken_back: int, amount: str) -> str:
    """What a re-rating or a price changes in all."""
    return f"{keys} conversations differ: {posted} posted, {taken_back} taken back, {amount} euro"


def ledger_closable(month: str) -> str:
    """Nothing stands in the way."""
    return f"{month}: nothing stands in the way of closing"


def ledger_closed(month: str) -> str:
    """A month was closed."""
    return f"{month}: closed; what comes later is an adjustment of a later month"


def ledger_difference(key: str, *, expected: str, got: str) -> str:
    """Something that was expected and did not come."""
    return f"{key}: expected {expected}, got {got}"


def ledger_difference_line(outcome: str, *, place: str, key: str, reason: str) -> str:
    """A line that is not the same on both sides."""
    return f"{outcome:<15} {place}  {key}: {reason}"


def ledger_elsewhere(rows: int) -> str:
    """Rows of a report that do not belong to it."""
    return f"rbm ledger: {rows} rows of the report belong to another month or operator and are left aside"


def ledger_held(messages: int, *, amount: str) -> str:
    """Money that is reserved and not owed."""
    return f"held, not owed: {messages} messages, {amount}"


def ledger_month_heading(month: str, *, scope: str, state: str, basis: str) -> str:
    """The first line of a statement."""
    return f"{month}  {scope}  ({state}; {basis} messages; Europe/Paris; euro before VAT)"


def ledger_month_line(product: str, *, operator: str, bot: str, quantity: int, unit: str, amount: str) -> str:
    """One line of a statement; without a price the amount is empty."""
    return f"{operator:<10}{product:<22}{bot:<16}{quantity:>9}  x {unit:>10}  {amount:>14}".rstrip()


def ledger_more_differences(lines: int) -> str:
    """More lines than a terminal wants to show."""
    return f"and {lines} more: --json has them all"


def ledger_ordered(run: str) -> str:
    """A re-rating was ordered."""
    return f"ordered as run {run}; the ledger posts the differences"


def ledger_price(product: str, *, operator: str, amount: str, since: str, source: str) -> str:
    """One price row."""
    return f"{operator:<10}{product:<22}{amount:>10}  from {since}  {source}".rstrip()


def ledger_price_entered(product: str, *, operator: str, amount: str, since: str) -> str:
    """A price was entered."""
    return f"entered: {operator} {product} {amount} from {since}"


def ledger_reconcile_result(same: int, *, different: int) -> str:
    """The last line of ``rbm ledger reconcile``."""
    return f"{same} the same, {different} different"


def ledger_reconciled(month: str, *, operator: str) -> str:
    """The first line of ``rbm ledger reconcile``."""
    return f"{month}  {operator}"


def ledger_total(product: str, *, ours: str, theirs: str) -> str:
    """Both sides of one product."""
    return f"{product:<14} ours {ours}, theirs {theirs}"


def ledger_totals(*, total_ht: str, vat: str, total_ttc: str) -> str:
    """The last line of a statement's total."""
    return f"total HT {total_ht}, VAT {vat}, total TTC {total_ttc}"


def ledger_unpriced(lines: int) -> str:
    """Charges without a price."""
    return f"UNPRICED: {lines} charges have no price and are not in the total; the month cannot close"


def ledger_window(column: str) -> str:
    """An operator counts another window than 24 hours."""
    return f"rbm ledger: warning: «{column}» of the report is not 24 hours"


def ledger_written(path: str) -> str:
    """A statement was written."""
    return f"{path}: written"


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


def server_failed(status: int) -> str:
    """The admin API of a running server failed."""
    return f"the running server answered {status}; its log says more"


def serving(host: str, port: int) -> str:
    """``rbm serve`` listens; programs wait for this line."""
    return f"rbm serve: listening on http://{host}:{port}"


def smsc_ready(port: int) -> str:
    """``rbm smsc`` listens; programs wait for this line."""
    return f"rbm smsc: listening on 127.0.0.1:{port}"


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
