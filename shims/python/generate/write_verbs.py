"""One module of methods for each family of verbs, for the sync and the async client."""

import keyword
from dataclasses import dataclass, field

from generate.types import camel
from generate.write_documents import WIDTH, file_name, filled, sentence

NOTICE = "# Written by `python -m generate` from abi/; do not edit.\n"
PROGRESS = {"group.run": "group.run-progress", "notebook.run": "group.run-progress", "run.watch": "run.watch-progress",
            "run.cancel": "run.watch-progress"}
STREAMS = ("run.watch",)  # their news are what they are for
RUN_MEMBERS = ("handle", "run_id", "url")
RUN_TEXT = "the run: its handle or an answer that holds one, its id, or the address of its page"
TIMEOUT_TEXT = "limit of the whole call in ms, all retries included; 0: the connection's or the verb's own, -1: none"
FAMILIES = {"group": "Task groups: check, compile, launch, run.", "run": "Runs: look, watch, read, cancel, repair.",
            "notebook": "Single notebooks.", "auth": "The login."}


@dataclass
class Parameter:
    name: str
    type: str
    required: bool
    text: str


@dataclass
class Method:
    verb: str
    number: int
    pure: bool
    title: str
    response: object  # Type
    progress: object  # Type or None
    needs_run: bool  # True, False, or None: may be given
    parameters: list = field(default_factory=list)

    @property
    def name(self):
        last = self.verb.rpartition(".")[2]
        return last + "_" if keyword.iskeyword(last) else last

    @property
    def constant(self):
        return self.verb.replace(".", "_").upper()


def parameter_type(name, schema):
    if name == "group":
        return "GroupLike"
    if name == "parameters":
        return "Parameters"
    kinds = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "object": "Mapping[str, Any]"}
    kind = schema.get("type")
    if kind == "array":
        return "Sequence[str]" if schema.get("items", {}).get("type") == "string" else "Sequence[Mapping[str, Any]]"
    if "const" in schema:
        return type(schema["const"]).__name__
    if "enum" in schema:
        return "str"
    return kinds.get(kind, "Any") if isinstance(kind, str) else "Any"


def method(verb, number, pure, reader):
    request = reader.schemas[f"{verb}-request"]
    properties = dict(request["properties"])
    needs_run = None if "launch_key" in properties else True
    if "handle" not in properties:
        needs_run = False
    made = Method(verb, number, pure, request["title"].partition(": ")[2] or request["title"],
                  reader.module(f"{verb}-response").root,
                  reader.module(PROGRESS[verb]).root if verb in PROGRESS else None, needs_run)
    for name, schema in properties.items():
        if needs_run is not False and name in RUN_MEMBERS:
            continue
        made.parameters.append(Parameter(name, parameter_type(name, schema), name in request.get("required", ()),
                                         schema.get("description", "")))
    made.parameters.sort(key=lambda each: not each.required)
    return made


def signature(made, answer, prefix):
    words = ["self"]
    if made.needs_run is not False:
        words.append("run: RunLike" if made.needs_run else "run: RunLike | None = None")
    words += [f"{each.name}: {each.type}" for each in made.parameters if each.required]
    words.append("*")
    words += [f"{each.name}: {each.type} | None = None" if each.type != "Any" else f"{each.name}: Any = None"
              for each in made.parameters if not each.required]
    if made.progress and made.verb not in STREAMS:
        words.append(f"on_progress: Callable[[{made.progress.text}], object] | None = None")
    words.append("timeout_ms: int = 0")
    line = f"    {prefix}def {made.name}({', '.join(words)}) -> {answer}:"
    if len(line) <= WIDTH:
        return [line]
    return [f"    {prefix}def {made.name}(", *(f"        {word}," for word in words), f"    ) -> {answer}:"]


def explained(made):
    lines = [f'        """{sentence(made.title)}', "", "        Args:"]
    if made.needs_run is not False:
        lines.append(filled(f"run: {RUN_TEXT}", " " * 12))
    lines += [filled(f"{each.name}: {each.text}", " " * 12) for each in made.parameters if each.text]
    if made.progress and made.verb not in STREAMS:
        lines.append(" " * 12 + "on_progress: called with each news, in the thread or loop that waits")
    lines.append(filled(f"timeout_ms: {TIMEOUT_TEXT}", " " * 12))
    return [*lines, "", "        Raises:", "            BrickworkError", '        """']


def body(made):
    members = [f"{each.name}={each.name}" for each in made.parameters]
    start = ["run"] if made.needs_run is not False else ["None"]
    line = f"        body = request({', '.join([*start, *members])})"
    if len(line) <= WIDTH:
        return [line]
    return ["        body = request(", *(f"            {each}," for each in [*start, *members]), "        )"]


def method_lines(made, kind):
    """kind: "" or "Async"."""
    stream = made.verb in STREAMS
    news = ", on_progress" if made.progress and not stream else ""
    if stream:
        answer, prefix = f"{kind}Watch[{made.progress.text}, {made.response.text}]", ""
        last = f"        return self._caller.watch({made.constant}, body, timeout_ms)"
    else:
        answer, prefix = made.response.text, "async " if kind else ""
        call = "await self._caller.call" if kind else "self._caller.call"
        last = f"        return {call}({made.constant}, body, timeout_ms{news})"
    return [*signature(made, answer, prefix), *explained(made), *body(made), last]


def constant_lines(made):
    progress = made.progress.reader if made.progress else "None"
    types = f"[{made.progress.text if made.progress else 'None'}, {made.response.text}]"
    words = [f"{made.number}", f'"{made.verb}"', made.response.reader, progress]
    line = f"{made.constant}: Verb{types} = Verb({', '.join(words)})"
    if len(line) <= WIDTH:
        return [line]
    return [f"{made.constant}: Verb{types} = Verb(", *(f"    {word}," for word in words), ")"]


def class_lines(name, base, text, methods, kind):
    slots = "    __slots__ = ()" if base else '    __slots__ = ("_caller",)'
    lines = ["", "", f"class {name}{f'({base})' if base else ''}:", f'    """{text}"""', "", slots]
    if not base:
        lines += ["", f"    def __init__(self, caller: {kind}Caller):", "        self._caller = caller"]
    for made in methods:
        lines += ["", *method_lines(made, kind)]
    return lines


def family_classes(family, methods, kind):
    text = FAMILIES.get(family, f"The verbs of {family}.")
    pure = [each for each in methods if each.pure]
    if not pure:
        return class_lines(f"{kind}{camel(family)}Verbs", "", text, methods, kind)
    rest = [each for each in methods if not each.pure]
    return [*class_lines(f"{kind}Pure{camel(family)}Verbs", "", "What needs neither workspace nor login.", pure, kind),
            *class_lines(f"{kind}{camel(family)}Verbs", f"{kind}Pure{camel(family)}Verbs", text, rest, kind)]


def imports(text, methods, reader):
    lines = ["from __future__ import annotations", ""]
    if "Callable[" not in text and "Any" not in text and "Sequence[" not in text:
        lines.pop()  # one blank line between future and brickwork
    abc = [name for name in ("Callable", "Mapping", "Sequence") if f"{name}[" in text]
    if abc:
        lines.append(f"from collections.abc import {', '.join(abc)}")
    if "Any" in text:
        lines.append("from typing import Any")
    lines += ["", "from brickwork._requests import " + ", ".join(
        name for name in ("GroupLike", "Parameters", "RunLike", "request") if name in text)]
    before = len(lines) - 1
    names = set()
    for made in methods:
        for kind in filter(None, (made.response, made.progress)):
            names |= {kind.text} | ({kind.reader} if kind.reader.startswith("read_") else set())
    where = {name: file_name(module.name) for module in reader.modules.values()
             for name in [*(each.name for each in module.classes), *module.unions,
                          *(f"read_{snake_of(union)}" for union in module.unions)]}
    for file in sorted({where[name] for name in names}):
        found = sorted((name for name in names if where[name] == file), key=lambda name: (name.islower(), name))
        lines.append(f"from brickwork.documents.{file} import {', '.join(found)}")
    shown = len(lines) - before
    calls = [("_async", "AsyncCaller, AsyncWatch" if "AsyncWatch[" in text else "AsyncCaller"),
             ("_sync", "Caller, Watch" if " Watch[" in text else "Caller"), ("_verb", "Verb")]
    # In the order of their modules, as the rest of the house has them.
    inner = [f"from brickwork.{file} import {names}" for file, names in calls]
    return lines[:-shown] + sorted([*lines[-shown:], *inner])


def snake_of(name):
    from generate.types import snake
    return snake(name)


def family_text(family, methods, reader):
    body = []
    for made in methods:
        body += constant_lines(made)
    for kind in ("", "Async"):
        body += family_classes(family, methods, kind)
    text = "\n".join(body) + "\n"
    head = "\n".join(imports(text, methods, reader))
    return f'"""{FAMILIES.get(family, f"The verbs of {family}.")}"""\n\n{NOTICE}{head}\n\n{text}'


def package_text(families):
    """The base classes of the clients: families as properties, verbs without a family as methods."""
    lines = ['"""The verbs as methods, named as in the table: client.run.repair_plan is run.repair_plan."""', "",
             NOTICE + "from __future__ import annotations", ""]
    single = [family for family, methods in families.items() if methods[0].verb == family]
    for family in sorted(families):
        lines.append(f"from brickwork.verbs.{family} import Async{camel(family)}Verbs, {camel(family)}Verbs")
    for kind in ("", "Async"):
        bases = ", ".join(f"{kind}{camel(family)}Verbs" for family in single)
        lines += ["", "", f"class {kind}Verbs{f'({bases})' if bases else ''}:", '    """All verbs of a client."""', "",
                  "    __slots__ = ()"]
        for family in families:
            if family not in single:
                lines += ["", "    @property", f"    def {family}(self) -> {kind}{camel(family)}Verbs:",
                          f'        """{FAMILIES.get(family, f"The verbs of {family}.")}"""',
                          f"        return {kind}{camel(family)}Verbs(self._caller)"]
    return "\n".join(lines) + "\n"
