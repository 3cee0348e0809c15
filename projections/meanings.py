"""The meanings of a class's attributes: the docstrings that stand under them, said once for whoever asks."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise


@cache
def meanings(documented: type) -> Mapping[str, str]:
    """What the docstring under each attribute says, by the attribute's name; those of base classes too.

    They are read from the source, which has to be there.
    """
    found: dict[str, str] = {}
    for each in reversed(documented.__mro__):
        if each.__module__ != "builtins":
            found |= _of_module(each.__module__, each).get(each.__name__, {})
    return found


_modules: dict[str, dict[str, dict[str, str]]] = {}


def _of_module(name: str, documented: type) -> dict[str, dict[str, str]]:
    """The docstrings of all classes of a module, which is read once."""
    if name not in _modules:
        module = inspect.getmodule(documented)
        assert module, f"the source of {documented.__name__} cannot be found"
        classes = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.ClassDef))
        _modules[name] = {node.name: dict(_of_class(node)) for node in classes}
    return _modules[name]


def _of_class(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for declared, said in pairwise(node.body):
        match declared, said:
            case (ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(meaning)))):
                yield name, one_line(meaning)


def one_line(docstring: str) -> str:
    """A docstring's first paragraph in one line."""
    return " ".join(docstring.strip().split("\n\n", maxsplit=1)[0].split())
