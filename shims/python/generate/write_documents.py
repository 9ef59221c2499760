"""One module of dataclasses for each schema."""

import textwrap

from generate.types import snake

NOTICE = "# Written by `python -m generate` from abi/schema; do not edit.\n"
VIEWS = {"State": "RunView", "GroupRunResponse": "StateHolder", "NotebookRunResponse": "StateHolder",
         "GroupRunProgress": "StateHolder", "Handle": "HandleView"}
WIDTH = 116


def file_name(name):
    return name.replace(".", "_").replace("-", "_")


def sentence(text):
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".") if text else text


def filled(text, indent, hang="    "):
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent + hang)


def described(member):
    unit = ", in ms" if member.name.endswith("_ms") and " ms" not in member.description else ""
    return sentence(member.description + unit)


def docstring(made, fallback):
    title = made.title if 0 < len(made.title) <= 100 else fallback
    lines = [f'    """{sentence(title)}']
    explained = [member for member in made.members if member.description]
    if explained:
        lines += ["", "    Attributes:"]
        lines += [filled(f"{member.name}: {described(member)}", " " * 8) for member in explained]
        lines.append('    """')
    else:
        lines[-1] += '"""'
    return lines


def value(member):
    name = f'"{member.name}"'
    if member.type.reader is None:
        return f"document[{name}]" if member.required else f"document.get({name})"
    if member.required:
        return f"{member.type.reader}(document[{name}])"
    return f"maybe({member.type.reader}, document.get({name}))"


def annotation(member):
    if member.required:
        return member.type.text
    return member.type.text if member.type.text == "Any" else f"{member.type.text} | None"


def class_lines(made, fallback):
    bases = f"{VIEWS[made.name]}, Document" if made.name in VIEWS else "Document"
    lines = ["@dataclass(frozen=True, slots=True, kw_only=True)", f"class {made.name}({bases}):"]
    lines += docstring(made, fallback)
    lines.append("")
    for member in made.members:
        lines.append(f"    {member.name}: {annotation(member)}" + ("" if member.required else " = None"))
    lines += ["    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)", ""]
    lines += ["    @classmethod", f"    def read(cls, document: dict[str, Any]) -> {made.name}:"]
    if made.refused:
        names = ", ".join(f'"{name}"' for name in made.refused)
        lines.append(f"        refuse(document, {names})")
    lines.append("        return cls(")
    lines += [f"            {member.name}={value(member)}," for member in made.members]
    lines += ["            raw=document,", "        )"]
    return lines


def union_lines(name, choices):
    (key, first), (_, second) = choices
    return [f"{name}: TypeAlias = {first} | {second}", "", "",
            f"def read_{snake(name)}(document: dict[str, Any]) -> {name}:",
            f'    return {first}.read(document) if "{key}" in document else {second}.read(document)']


def literal_lines(name, values):
    texts = [str(each) if isinstance(each, bool) else f'"{each}"' for each in values]
    line = f"{name}: TypeAlias = Literal[{', '.join(texts)}]"
    if len(line) <= WIDTH:
        return [line]
    return [f"{name}: TypeAlias = Literal[", *(f"    {text}," for text in texts), "]"]


def import_lines(module, body):
    typing = [name for name in ("Any", "Literal", "TypeAlias") if name in body]
    views = [name for name in dict.fromkeys(VIEWS.values()) if f"({name}," in body]
    helpers = [name for name in ("maybe", "many", "refuse", "unless_text") if f"{name}(" in body]
    lines = ["from __future__ import annotations", "", "from dataclasses import dataclass, field",
             f"from typing import {', '.join(typing)}", ""]
    lines.append(f"from brickwork.documents._base import {', '.join(['Document', *helpers])}")
    lines += [f"from brickwork.documents._views import {name}" for name in views]
    lines += [f"from brickwork.documents.{file_name(other)} import {name}"
              for name, other in module.imports.items() if f" {name}" in body or f"{name}." in body]
    return lines


def module_text(module, schema):
    body = []
    for values, name in module.literals.items():
        body += literal_lines(name, values)
    for made in module.classes:
        title = schema["title"] if made.name == module.root.text else f"Part of {module.name}/1"
        body += ["", "", *class_lines(made, title)]
    for name, choices in module.unions.items():
        body += ["", "", *union_lines(name, choices)]
    text = "\n".join(body).strip("\n") + "\n"
    imports = "\n".join(import_lines(module, text))
    gap = "\n\n" if text.startswith(("@", "class")) else "\n"
    return f'"""{sentence(schema["title"])}"""\n\n{NOTICE}{imports}\n{gap}{text}'


def package_text(modules):
    """The package: every class and alias by name."""
    names = {}
    for module in modules:
        for name in [*(made.name for made in module.classes), *module.literals.values(), *module.unions]:
            names[name] = file_name(module.name)
    title = "The documents that cross the ABI as frozen dataclasses: `of` and `document` turn JSON into them and back."
    lines = [f'"""{title}"""',
             "", NOTICE + "from brickwork.documents._base import Document"]
    for file in sorted(set(names.values())):
        lines.append(f"from brickwork.documents.{file} import (")
        lines += [f"    {name}," for name in sorted(names) if names[name] == file]
        lines.append(")")
    lines += ["", "__all__ = [", '    "Document",', *(f'    "{name}",' for name in sorted(names)), "]"]
    return "\n".join(lines) + "\n"
