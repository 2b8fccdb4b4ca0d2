"""Faults as other programs read them: a JSON list, GitHub's workflow commands, and SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from rbm_bots import __version__
from rbm_bots.botfile.codes import CODES
from rbm_bots.botfile.explain import explain
from rbm_bots.botfile.faults import Fault

__all__ = ["as_github", "as_json", "as_sarif"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(faults: Iterable[Fault]) -> str:
    """A list of ``{file, line, column, severity, code, message, hint}``."""
    return json.dumps([fault.as_json() for fault in faults], ensure_ascii=False, indent=1)


def as_github(faults: Iterable[Fault]) -> str:
    """A workflow command per line: GitHub shows each at its place in the changed files."""
    return "\n".join(_command(fault) for fault in faults)


def _command(fault: Fault) -> str:
    place = f"file={_property(fault.file)},line={fault.line},col={fault.column},title={_property(fault.code)}"
    return f"::{fault.severity} {place}::{_data(f'{fault.message} ({fault.advice})')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(faults: Iterable[Fault]) -> str:
    """A SARIF log with one run; its rules are the codes that were found, each with its page."""
    found = list(faults)
    codes = sorted({fault.code for fault in found})
    driver = {
        "name": "rbm check",
        "version": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(fault, codes.index(fault.code)) for fault in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)


def _rule(code: str) -> dict[str, Any]:
    entry, page = CODES[code], explain(code)
    return {
        "id": code,
        "shortDescription": {"text": entry.says},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": entry.severity},
    }


def _result(fault: Fault, rule: int) -> dict[str, Any]:
    region = {"startLine": fault.line, "startColumn": fault.column}
    return {
        "ruleId": fault.code,
        "ruleIndex": rule,
        "level": fault.severity,
        "message": {"text": f"{fault.message} ({fault.advice})"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(fault.file)}, "region": region}}],
    }


def _uri(file: str) -> str:
    """A relative reference for a file below this folder, so that a log can be read elsewhere."""
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
