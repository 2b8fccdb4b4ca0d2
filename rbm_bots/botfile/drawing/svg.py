"""A bot as a picture: a box for each flow, its steps from top to bottom, lines for the ways between flows.

The picture is made of plain shapes and text, without a script, a font or an address of somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from rbm_bots.botfile.drawing.layout import GAP_X, Place, arranged
from rbm_bots.botfile.drawing.picture import Box, Picture, Port, Row
from rbm_bots.botfile.drawing.words import shortened

__all__ = ["svg_of"]

_WIDTH: Final = 330
_HEAD: Final = 30
_ROW: Final = 21
_PORT: Final = 17
_MARGIN: Final = 40
_TITLE: Final = 44
_LEGEND: Final = 40
_INDENT: Final = 14
_CHAR: Final = 6.4  # mean width of a character at 12 px
_SMALL_CHAR: Final = 5.9
_BOXES: Final = {"start": "#0f766e", "flow": "#334155", "scene": "#6d28d9", "heard": "#b45309"}
_WAYS: Final = {
    "chip": ("#2563eb", "suggestion"),
    "goto": ("#334155", "jump"),
    "run": ("#0f766e", "run and come back"),
    "error": ("#dc2626", "error"),
    "give_up": ("#ea580c", "given up"),
    "none": ("#a16207", "nothing to show"),
    "refuse": ("#7c3aed", "refused"),
}
_STYLE: Final = (
    "text{font:12px system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1e293b}"
    ".title{font-size:18px;font-weight:600}.head{fill:#fff;font-weight:600;font-size:13px}"
    ".note{fill:#e2e8f0;font-size:11px}.verb{font-weight:600}.port{font-size:11px}.way{fill:none;stroke-width:1.6}"
    ".back{stroke-dasharray:5 4;opacity:.55}"
)


class _Sheet:
    """The picture while it is drawn: where boxes, rows and ports stand."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.sizes = {box.name: (_WIDTH, _height(box)) for box in picture.boxes}
        roots = [box.name for box in picture.boxes if box.kind != "flow"]
        ways = [(box.name, port.box) for box, _, port in picture.ways() if port.box is not None]
        self.places = {
            name: Place(place.x + _MARGIN, place.y + _TITLE + _MARGIN // 2, place.column)
            for name, place in arranged(self.sizes, ways, roots).items()
        }
        self.rows = {row.name: y for box in picture.boxes for row, y in _row_heights(box, self.places[box.name].y)}

    @property
    def width(self) -> int:
        """Of the whole picture."""
        return max(place.x for place in self.places.values()) + _WIDTH + _MARGIN + GAP_X // 2

    @property
    def height(self) -> int:
        """Of the whole picture."""
        return max(place.y + self.sizes[name][1] for name, place in self.places.items()) + _MARGIN + _LEGEND


def svg_of(picture: Picture) -> str:
    """The picture as one SVG document."""
    sheet = _Sheet(picture)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sheet.width}" height="{sheet.height}" '
        f'viewBox="0 0 {sheet.width} {sheet.height}" role="img" aria-label={quoteattr(picture.title)}>',
        f"<style>{_STYLE}</style>",
        "<defs>",
        *(_arrow(by, colour) for by, (colour, _) in _WAYS.items()),
        "</defs>",
        f'<rect width="{sheet.width}" height="{sheet.height}" fill="#f8fafc"/>',
        f'<text class="title" x="{_MARGIN}" y="{_TITLE - 10}">{escape(picture.title)}</text>',
    ]
    lines += [line for box in picture.boxes for line in _ways(sheet, box)]
    lines += [line for box in picture.boxes for line in _box(sheet, box)]
    lines += [*_legend(sheet), "</svg>"]
    return "\n".join(lines) + "\n"


def _height(box: Box) -> int:
    return _HEAD + sum(_ROW + _PORT * len(row.ports) for row in box.rows) + 8


def _row_heights(box: Box, top: int) -> Iterator[tuple[Row, int]]:
    """Each row with the height of its middle."""
    y = top + _HEAD
    for row in box.rows:
        yield row, y + _ROW // 2 + 2
        y += _ROW + _PORT * len(row.ports)


def _arrow(by: str, colour: str) -> str:
    return (
        f'<marker id="a-{by}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="{colour}"/></marker>'
    )


def _box(sheet: _Sheet, box: Box) -> Iterator[str]:
    place, height = sheet.places[box.name], sheet.sizes[box.name][1]
    colour = _BOXES[box.kind]
    x, y = place.x, place.y
    yield (
        f'<g><rect x="{x}" y="{y}" width="{_WIDTH}" height="{height}" rx="8" fill="#fff" stroke="{colour}"/>'
        f'<path d="M{x} {y + _HEAD}v-{_HEAD - 8}q0-8 8-8h{_WIDTH - 16}q8 0 8 8v{_HEAD - 8}z" fill="{colour}"/>'
    )
    yield f'<text class="head" x="{x + 12}" y="{y + 20}">{escape(box.name)}</text>'
    room = int((_WIDTH - 36 - len(box.name) * 8) / _SMALL_CHAR)
    if box.note and room > 4:
        note = escape(shortened(box.note, room))
        yield f'<text class="note" x="{x + _WIDTH - 12}" y="{y + 20}" text-anchor="end">{note}</text>'
    for row, middle in _row_heights(box, y):
        yield from _row(row, x, middle)
    yield "</g>"


def _row(row: Row, x: int, middle: int) -> Iterator[str]:
    left = x + 12 + _INDENT * row.depth
    if row.depth:
        bar = left - 8
        size = _ROW + _PORT * len(row.ports)
        yield f'<path d="M{bar} {middle - _ROW // 2}v{size}" stroke="#cbd5e1" stroke-width="2"/>'
    room = int((_WIDTH - 30 - _INDENT * row.depth - len(row.verb) * 7.4) / _CHAR)
    words = escape(shortened(row.words, room))
    yield (
        f'<text x="{left}" y="{middle + 4}"><title>{escape(f"{row.name}: {row.words}")}</title>'
        f'<tspan class="verb">{escape(row.verb)}</tspan> {words}</text>'
    )
    for rank, port in enumerate(row.ports):
        yield from _port(port, x, _port_height(middle, rank))


def _port_height(middle: int, rank: int) -> int:
    return middle + _ROW // 2 + _PORT * rank + _PORT // 2 + 1


def _port(port: Port, x: int, y: int) -> Iterator[str]:
    colour = _WAYS[port.by][0]
    said = f"{shortened(port.label, 28)} → {port.word}" if port.label else f"→ {port.word}"
    yield (
        f'<text class="port" x="{x + _WIDTH - 14}" y="{y + 4}" text-anchor="end" style="fill:{colour}">'
        f"{escape(shortened(said, 50))}</text>"
    )
    if port.box is not None:
        yield f'<circle cx="{x + _WIDTH - 6}" cy="{y}" r="3" fill="{colour}"/>'


def _ways(sheet: _Sheet, box: Box) -> Iterator[str]:
    for row in box.rows:
        for rank, port in enumerate(row.ports):
            if port.box is not None:
                yield _way(sheet, box, port, _port_height(sheet.rows[row.name], rank))


def _way(sheet: _Sheet, box: Box, port: Port, y: int) -> str:
    """A curve: forward from the right edge, back from the left edge; within a column or a box around its side."""
    assert port.box is not None, "only ways between boxes are drawn"
    here, there = sheet.places[box.name], sheet.places[port.box]
    to = sheet.rows[port.row] if port.row is not None else there.y + _HEAD // 2
    right = here.x + _WIDTH
    backward = ""
    if port.box == box.name:
        reach = right + 22 + min(abs(y - to) // 8, 26)
        path = f"M{right} {y}C{reach} {y} {reach} {to} {right + 2} {to}"
    elif there.column > here.column:
        bend = (there.x - right) // 2
        path = f"M{right} {y}C{right + bend} {y} {there.x - bend} {to} {there.x - 2} {to}"
    elif there.column == here.column:
        reach = right + GAP_X * 2 // 3
        path = f"M{right} {y}C{reach} {y} {reach} {to} {right + 2} {to}"
    else:
        backward = " back"
        end = there.x + _WIDTH
        bend = max((here.x - end) // 2, GAP_X // 2)
        path = f"M{here.x} {y}C{here.x - bend} {y} {end + bend} {to} {end + 2} {to}"
    colour = _WAYS[port.by][0]
    return f'<path class="way{backward}" d="{path}" stroke="{colour}" marker-end="url(#a-{port.by})"/>'


def _legend(sheet: _Sheet) -> Iterator[str]:
    x, y = _MARGIN, sheet.height - _LEGEND // 2
    used: Mapping[str, None] = {port.by: None for box in sheet.picture.boxes for row in box.rows for port in row.ports}
    for by in used:
        colour, words = _WAYS[by]
        yield f'<path d="M{x} {y}h22" stroke="{colour}" stroke-width="2"/>'
        yield f'<text class="port" x="{x + 28}" y="{y + 4}">{escape(words)}</text>'
        x += 46 + int(len(words) * _SMALL_CHAR)
