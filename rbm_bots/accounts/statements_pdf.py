"""A statement as PDF, through ReportLab (extra ``pdf``): one column of tables, nothing fetched from anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from rbm_bots.accounts.statements_shown import Sheet, Table
from rbm_bots.errors import SettingsError

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Flowable

__all__ = ["write_pdf"]

_MARGIN: Final = 40  # points
_INK: Final = "#1e293b"
_LINE: Final = "#cbd5e1"
_BAND: Final = "#f1f5f9"
_WORDS_BEFORE: Final = 3
_WORDS_WIDTH: Final = 105  # points, as all widths
_WORDS_NARROW: Final = 90
_NUMBER_WIDTHS: Final = (65, 85, 95)


def write_pdf(shown: Sheet, path: Path) -> None:
    """Write the sheet on A4 pages across. Raises ``SettingsError`` without ReportLab."""
    try:
        from reportlab.lib.pagesizes import A4, landscape
        from reportlab.lib.styles import getSampleStyleSheet
        from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
    except ImportError as fault:
        raise SettingsError("PDF needs ReportLab", hint="pip install 'rbm_bots[pdf]'") from fault
    styles = getSampleStyleSheet()
    body: list[Flowable] = [Paragraph(_text(f"{shown.title} – {shown.stamp}"), styles["Title"])]
    body += [Paragraph(_text(f"{name}: {value}"), styles["Normal"]) for name, value in shown.facts]
    for table in shown.tables:
        body += [Spacer(1, 12), Paragraph(_text(table.title), styles["Heading2"]), _drawn(table, styles["Normal"])]
    body += [Spacer(1, 12), _totals(shown)]
    body += [Paragraph(_text(line), styles["Normal"]) for line in shown.below]
    document = SimpleDocTemplate(
        str(path),
        pagesize=landscape(A4),
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=_plain(shown.title),
        invariant=1,
    )
    document.build(body)


def _drawn(table: Table, style: ParagraphStyle) -> Flowable:
    from reportlab.platypus import Paragraph
    from reportlab.platypus import Table as Grid

    rows: list[list[object]] = [[_plain(cell) for cell in table.head]]
    rows += [
        [_plain(cell) if place in table.numbers else Paragraph(_text(cell), style) for place, cell in enumerate(cells)]
        for cells in table.rows
    ]
    first = table.numbers[0]
    widths = [_WORDS_WIDTH if first == _WORDS_BEFORE else _WORDS_NARROW] * first + [*_NUMBER_WIDTHS, None]
    return Grid(rows, colWidths=widths, repeatRows=1, style=_look(table), hAlign="LEFT")


def _look(table: Table) -> list[tuple[Any, ...]]:
    return [
        ("BACKGROUND", (0, 0), (-1, 0), _BAND),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE),
        ("TEXTCOLOR", (0, 0), (-1, -1), _INK),
        ("ALIGN", (table.numbers[0], 0), (table.numbers[-1], -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]


def _totals(shown: Sheet) -> Flowable:
    from reportlab.platypus import Table as Grid

    rows = [[_plain(name), _plain(amount)] for name, amount in shown.totals]
    style = [("ALIGN", (1, 0), (1, -1), "RIGHT"), ("LINEABOVE", (0, -1), (-1, -1), 1, _INK)]
    return Grid(rows, colWidths=[105, 110], style=style, hAlign="LEFT")


def _plain(text: str) -> str:
    """As the built-in fonts can draw it: Western letters; what they do not have becomes «?»."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}").encode("cp1252", "replace").decode("cp1252")


def _text(text: str) -> str:
    return escape(_plain(text))
