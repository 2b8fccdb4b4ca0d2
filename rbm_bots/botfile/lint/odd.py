"""The rule about texts that YAML reads otherwise than they look: cut by « #», with half a pair of quotes, empty."""

from __future__ import annotations

import re
from typing import Final

from rbm_bots.botfile.lint.draft import Draft
from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.text import Template

__all__ = ["odd_text"]

_COMMENT = re.compile(r"\s+#(?=\S)(?!\s*rbm:)")
_QUOTED: Final = ('"', "'", "|", ">")
_SEEN: Final = frozenset(("message", "label", "title", "card", "sms"))


def odd_text(draft: Draft) -> None:
    """``odd-text``: a text without words; one that a comment cuts; one that ends with a quote that nothing opened."""
    lines: dict[str, list[str]] = {}
    for written in draft.desk.texts:
        for template in written.text.templates.values() if written.kind in _SEEN else ():
            mark = template.mark
            if mark is None:
                continue
            if mark.file not in lines:
                lines[mark.file] = draft.faults.sources.get(mark.file, "").split("\n")
            _look(draft, template, mark, lines[mark.file])


def _look(draft: Draft, template: Template, mark: Mark, lines: list[str]) -> None:
    source = template.source
    if not source:
        hint = "write its words, or take the line out"
        draft.faults.warn(mark, "odd-text", "this text has no words: nothing is sent", hint)
        return
    line = lines[mark.line - 1][mark.column - 1 :] if mark.line <= len(lines) else ""
    if line.startswith(_QUOTED):
        return
    if line.startswith(source) and _COMMENT.match(line, len(source)):
        hint = "put the text in quotes; a comment has a space behind its #"
        draft.faults.warn(mark, "odd-text", f"this text ends at «{source[-20:]}»: what follows # is a comment", hint)
    elif source.endswith('"') and source.count('"') % 2:
        draft.faults.warn(mark, "odd-text", 'this text ends with a " that nothing opened', 'begin the text with " too')
