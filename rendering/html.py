"""Pages for people: HTML without scripts, and without anything that another host would be asked for.

Whatever a template is given is escaped, and what would turn the direction of its text is made visible; all but charts,
which are elements of our own making.
"""

from base64 import b64encode
from hashlib import sha256
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rendering.visible import visible


def _seen(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_TEMPLATES: Final = Environment(
    loader=PackageLoader("rendering"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_seen,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _digest(style: str) -> str:
    return f"'sha256-{b64encode(sha256(_TEMPLATES.get_template(style).render().encode()).digest()).decode()}'"


_STYLES: Final = " ".join(map(_digest, ("page.css", "figures.css")))

NOTHING_FROM_ELSEWHERE: Final = f"default-src 'none'; style-src {_STYLES}; base-uri 'none'; form-action 'none'"
"""The content security policy of every page, which a page that is kept as a file says itself: our style sheets, known
by their digests, and nothing else."""


def page(template: str, /, **said: Any) -> str:
    """The page of that template (a file in `templates/`), with what it is to say."""
    return _TEMPLATES.get_template(template).render(**said, nothing_from_elsewhere=NOTHING_FROM_ELSEWHERE)
