"""Drawings of a bot: what leads where, as a picture (SVG) or as text for other programs (Mermaid, Graphviz)."""

from __future__ import annotations

from rbm_bots.botfile.drawing.dot import dot_of
from rbm_bots.botfile.drawing.mermaid import mermaid_of
from rbm_bots.botfile.drawing.picture import picture_of
from rbm_bots.botfile.drawing.svg import svg_of

__all__ = ["dot_of", "mermaid_of", "picture_of", "svg_of"]
