"""Making visible what would drive a terminal, or turn the direction of what it shows, instead of being read."""

import re

from rich.text import Text

STYLE = "reverse"
"""Sets what was made visible apart from the same characters typed by somebody."""

# C0 but tab and line feed, DEL, C1; marks, embeddings, overrides and isolates of direction; separators of lines.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def visible(text: str) -> str:
    """The text with each control and each bidirectional character as its escape, such as \\x1b or \\u202e."""
    return _UNSEEN.sub(lambda found: _escape(found.group()), text)


def visible_text(text: Text) -> Text:
    """The same of a styled text, with the escapes set apart."""
    places = [place for found in _UNSEEN.finditer(text.plain) for place in found.span()]
    if not places:
        return text
    pieces = text.divide(places)
    return text.blank_copy().join(
        Text(_escape(piece.plain), style=STYLE) if _UNSEEN.fullmatch(piece.plain) else piece for piece in pieces
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
