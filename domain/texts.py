"""What may stand in a text: what readers can see, and nothing that drives the device they read it on."""

import re
from typing import Final

WITHOUT_CONTROLS: Final = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$"
"""A text without control characters, as JSON Schema says it; line breaks and tabs are none."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

# Python counts these as printable, and they show nothing: fillers, blanks, joiners and selectors of variants.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(
    map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)


def holds_controls(text: str) -> bool:
    """Whether the text holds a control character (C0, DEL or C1) other than a line feed or a tab."""
    return _CONTROL.search(text) is not None


def is_visible(text: str) -> bool:
    """Whether anything of the text can be seen: more than blanks, zero-width characters and marks of direction."""
    return any(character.isprintable() and character != " " and character not in _BLANK for character in text)


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in the form of RFC 9562, with its hyphens and without braces or a prefix."""
    return _UUID.fullmatch(text) is not None
