"""A bot in the language of Graphviz."""

from __future__ import annotations

from rbm_bots.botfile.drawing.picture import Picture
from rbm_bots.botfile.drawing.words import shortened

__all__ = ["dot_of"]

_WORDS_MAX = 48
_STYLES = {"error": "dashed", "give_up": "dashed", "none": "dashed", "chip": "solid"}


def dot_of(picture: Picture) -> str:
    """The graph: a cluster for each flow, a node for each step, an edge for each way."""
    lines = ["digraph bot {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    for rank, box in enumerate(picture.boxes):
        lines.append(f"  subgraph cluster_{rank} {{")
        lines.append(f"    label={_quoted(f'{box.name} ({box.note})' if box.note else box.name)};")
        for row in box.rows:
            shape = ", shape=diamond" if row.verb == "if" else ""
            words = shortened(f"{row.verb} {row.words}".strip(), _WORDS_MAX)
            lines.append(f"    {_quoted(row.name)} [label={_quoted(words)}{shape}];")
        lines.append("  }")
    first = {box.name: box.rows[0].name for box in picture.boxes if box.rows}
    for box in picture.boxes:
        for row in box.rows:
            for to, why in row.following:
                lines.append(f"  {_quoted(row.name)} -> {_quoted(to)} [label={_quoted(why)}];")
            for port in row.ports:
                to = port.row or first.get(port.box or "", port.word)
                style = f"label={_quoted(shortened(port.label, _WORDS_MAX))}, style={_STYLES.get(port.by, 'bold')}"
                lines.append(f"  {_quoted(row.name)} -> {_quoted(to)} [{style}];")
    lines.append("}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
