"""Write the type stubs of the pjsua2 module that was built: `python stubs.py > pjsua2.pyi`.

SWIG annotates what it generates with C++ types (feature python:annotations); this maps them to Python's. Types without
a counterpart, and arguments of overloaded functions, are Any. Needs the built module on the path.
"""

import ast
import re
import sys
from pathlib import Path

import pjsua2

INTEGERS = re.compile(
    r"(unsigned |signed )?(int|long|short|char|long long)|size_t|ptrdiff_t|unsigned"
    r"|pj_(status_t|size_t|ssize_t|u?int(8|16|32|64)_t)|pjsua_\w+_id|pj::TransportId|pjmedia_\w+_dev_index"
)
ENUMERATIONS = re.compile(r"(pj|pjsip|pjmedia|pjsua|pjrpid)_\w+")
SCALARS = {
    "void": "None",
    "bool": "bool",
    "float": "float",
    "double": "float",
    "string": "str",
    "char *": "str",
    "std::string": "str",
    "pj::string": "str",
    "pj::SocketAddress": "str",
}
HEAD = '''"""Types of the pjsua2 module, written by stubs.py when it was built. Do not edit."""

from collections.abc import Iterator
from typing import Any
'''


class Mapping:
    """C++ types of SWIG's annotations in Python's terms."""

    def __init__(self, classes: dict[str, ast.ClassDef]) -> None:
        self._classes = classes
        self._elements = {name: item for name, node in classes.items() if (item := self._element_of(node))}

    @staticmethod
    def _element_of(node: ast.ClassDef) -> str | None:
        """The C++ type of the items of a wrapped std::vector, None for another class."""
        for item in node.body:
            if isinstance(item, ast.FunctionDef) and item.name == "pop":
                found = re.match(r"std::vector< (.+) >::value_type", _annotation(item.returns))
                return found.group(1) if found else None
        return None

    def element(self, name: str) -> str | None:
        """The Python type of the items of class `name`, None where it is no vector."""
        item = self._elements.get(name)
        return self.python(item) if item else None

    def python(self, cpp: str) -> str:
        """The Python type of `cpp`."""
        plain = re.sub(r"\bconst\b", "", cpp).replace("&", "").strip()
        if plain in SCALARS:
            return SCALARS[plain]
        name = plain.removesuffix("*").strip().removeprefix("pj::")
        if name in self._classes:
            return name
        if plain.endswith("*"):
            return "Any"
        if INTEGERS.fullmatch(plain) or ENUMERATIONS.fullmatch(plain) or plain.endswith("::size_type"):
            return "int"
        return "Any"

    def result(self, cpp: str) -> str:
        """The Python type of a value that a function returns: SWIG makes a tuple of a vector."""
        found = re.fullmatch(r"std::vector< ([^,]+),.*>", cpp)
        if found:
            return f"tuple[{self.python(found.group(1))}, ...]"
        name = self.python(cpp)
        item = self.element(name)
        return f"tuple[{item}, ...]" if item and not cpp.endswith(("&", "*")) else name


def _annotation(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _arguments(node: ast.FunctionDef, types: Mapping) -> str:
    parts: list[str] = []
    plain = node.args.args
    first_default = len(plain) - len(node.args.defaults)
    for position, argument in enumerate(plain):
        if argument.arg == "self" and position == 0:
            parts.append("self")
            continue
        kind = types.python(_annotation(argument.annotation)) if argument.annotation else "Any"
        parts.append(f"{argument.arg}: {kind}" + (" = ..." if position >= first_default else ""))
    if node.args.vararg:
        parts.append(f"*{node.args.vararg.arg}: Any")
    if node.args.kwarg:
        parts.append(f"**{node.args.kwarg.arg}: Any")
    return ", ".join(parts)


def _function(node: ast.FunctionDef, types: Mapping, indent: str) -> list[str]:
    lines = [
        f"{indent}@staticmethod"
        for item in node.decorator_list
        if isinstance(item, ast.Name) and item.id == "staticmethod"
    ]
    returned = _annotation(node.returns)
    kind = "None" if node.name == "__init__" else types.result(returned) if returned else "Any"
    return [*lines, f"{indent}def {node.name}({_arguments(node, types)}) -> {kind}: ..."]


def _vector(item: str) -> list[str]:
    """The methods of a wrapped std::vector of `item` as a sequence; SWIG's own signatures are overloaded."""
    return [
        f"    def __iter__(self) -> Iterator[{item}]: ...",
        "    def __bool__(self) -> bool: ...",
        "    def __len__(self) -> int: ...",
        f"    def __getitem__(self, index: int) -> {item}: ...",
        f"    def __setitem__(self, index: int, value: {item}) -> None: ...",
        "    def __delitem__(self, index: int) -> None: ...",
        f"    def append(self, x: {item}) -> None: ...",
        f"    def push_back(self, x: {item}) -> None: ...",
        f"    def pop(self) -> {item}: ...",
        "    def clear(self) -> None: ...",
        "    def size(self) -> int: ...",
        "    def empty(self) -> bool: ...",
    ]


def _class(node: ast.ClassDef, types: Mapping) -> list[str]:
    bases = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id != "object"]
    lines = ["", f"class {node.name}({', '.join(bases)}):" if bases else f"class {node.name}:"]
    item = types.element(node.name)
    if item:
        return [*lines, "    def __init__(self, *args: Any) -> None: ...", *_vector(item)]
    body: list[str] = []
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            body.append(f"    {part.target.id}: {types.python(_annotation(part.annotation))}")
        elif isinstance(part, ast.FunctionDef) and (part.name == "__init__" or not part.name.startswith("__")):
            body += _function(part, types, "    ")
        elif isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            value = getattr(getattr(pjsua2, node.name), part.targets[0].id, None)
            if type(value) in (int, str, float):
                body.append(f"    {part.targets[0].id}: {type(value).__name__}")
    return [*lines, *(body or ["    ..."])]


def stubs(source: str) -> str:
    """The text of pjsua2.pyi for the text of SWIG's pjsua2.py."""
    tree = ast.parse(source)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    types = Mapping(classes)
    lines: list[str] = [HEAD]
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            value = getattr(pjsua2, name, None)
            if not name.startswith("_") and type(value) in (int, str, float):
                lines.append(f"{name}: {type(value).__name__}")
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            lines += _function(node, types, "")
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            lines += _class(node, types)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(stubs(Path(pjsua2.__file__).read_text(encoding="utf-8")))
