"""The outcome of tests as JUnit XML, which build servers read: a suite for each file, a case for each test.

The answers that a file has for all its tests are a case of their own, «actions», as in a run of pytest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET

from rbm_bots.testing.suite import FileResult, TestRun

__all__ = ["junit_xml"]

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(results: Iterable[FileResult]) -> bytes:
    """The report, UTF-8. Characters that XML cannot hold become «?»."""
    root = ET.Element("testsuites", name="rbm test")
    for found in results:
        root.append(_suite(found))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _suite(found: FileResult) -> ET.Element:
    name = str(found.path)
    failed = sum(run.result.failure is not None for run in found.runs) + int(bool(found.loose))
    seconds = sum(run.seconds for run in found.runs)
    suite = ET.Element("testsuite", name=_clean(name), failures=str(failed), errors=str(int(bool(found.faults))))
    suite.set("time", f"{seconds:.3f}")
    suite.extend(_case(name, run) for run in found.runs)
    if found.answers:
        case = ET.SubElement(suite, "testcase", classname=_clean(name), name="actions")
        if found.loose:
            lines = [line for loose in found.loose for line in loose.lines()]
            _told(case, "failure", found.loose[0].message, lines)
    if found.faults:
        case = ET.SubElement(suite, "testcase", classname=_clean(name), name="reading")
        lines = [f"{one.file}:{one.line}:{one.column}: {one.message} [{one.code}]" for one in found.faults]
        _told(case, "error", lines[0], lines)
    suite.set("tests", str(len(suite)))
    return suite


def _case(file: str, run: TestRun) -> ET.Element:
    talk, failure = run.result.talk, run.result.failure
    case = ET.Element("testcase", classname=_clean(file), name=_clean(talk.name), time=f"{run.seconds:.3f}")
    case.set("file", _clean(file))
    case.set("line", str(talk.mark.line))
    if failure is not None:
        _told(case, "failure", failure.message, failure.lines())
    return case


def _told(case: ET.Element, kind: str, message: str, lines: Iterable[str]) -> None:
    ET.SubElement(case, kind, message=_clean(message)).text = _clean("\n".join(lines))


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)
