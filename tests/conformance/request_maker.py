"""Makes requests of the shapes that the Databricks SDK declares, right, half right and wrong."""

import dataclasses
import enum
import functools
import importlib
import inspect
import pkgutil
import random
import re
import typing

ODD_TEXT = ["", " ", "x" * 20_000, "\u0000", "\U0001f600", "'; drop table jobs; --", "../../etc/passwd", "{{job.id}}",
            "{{", "{{tasks.a.values.b}}", "%00%2e%2e/", "true", "-1", "1e400", "dbfs:/x", "/Workspace/x", "a" * 101]
ODD_NUMBERS = [0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, -2**63, 2**64, 10**40, 0.5, -0.0, 1e308]
ODD = [None, True, False, [], {}, [[]], [None], {"": None}, {"a": {"b": [1, {"c": None}]}}, *ODD_TEXT, *ODD_NUMBERS]


def endpoint(method, path):
    """The same for all versions of an API: what a method of the SDK and a route have in common."""
    return method, re.sub(r"\{[^}]*\}", "{}", re.sub(r"^/api/[\d.]+/(preview/)?", "", path))


@functools.cache
def sdk_methods():
    """Endpoint -> the method of the SDK that asks it."""
    from databricks.sdk import service

    found = {}
    for module in pkgutil.iter_modules(service.__path__):
        apis = vars(importlib.import_module(f"{service.__name__}.{module.name}")).items()
        for api in (kind for name, kind in apis if name.endswith("API") and inspect.isclass(kind)):
            for _, function in inspect.getmembers(api, inspect.isfunction):
                for asked in re.findall(r'_api\.do\(\s*"(\w+)",\s*f?"([^"]+)"', inspect.getsource(function)):
                    found.setdefault(endpoint(*asked), function)
    return found


@functools.cache
def wire_names(kind):
    """What the members are called on the wire: SCIM's are not called what Python calls them."""
    source = inspect.getsource(kind.as_dict if dataclasses.is_dataclass(kind) else kind)
    return dict(re.findall(r'if (?:self\.)?(\w+)(?: is not None)?:\s+(?:body|query)\["([^"]+)"\]', source))


class Maker:
    """Random documents of a declared type; `wrongness` is the chance that a value is of any other."""

    def __init__(self, seed, known, wrongness):
        self.random = random.Random(seed)
        self.known = known
        self.wrongness = wrongness

    def value(self, hint, name="", depth=0):
        if self.random.random() < self.wrongness:
            return self.random.choice(ODD)
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        if origin is typing.Union:
            return self.value(inner[0], name, depth)
        if origin is list:
            return [self.value(inner[0], name, depth + 1) for _ in range(self.random.choice((0, 1, 1, 2, 3)))]
        if origin is dict:
            return {self.text(name): self.value(inner[1], name, depth + 1) for _ in range(self.random.choice((0, 1, 2)))}
        if dataclasses.is_dataclass(hint):
            return self.document(hint, depth + 1)
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            return self.random.choice([entry.value for entry in hint])
        if hint is bool:
            return self.random.random() < 0.5
        if hint is int:
            return self.number(name)
        if hint is float:
            return self.random.random()
        return self.text(name)

    def number(self, name):
        if name in self.known and self.random.random() < 0.7:
            return self.random.choice(self.known[name])
        return self.random.choice([0, 1, 2, 5, 60, 10**15])

    def text(self, name):
        if name in self.known and self.random.random() < 0.7:
            return self.random.choice(self.known[name])
        return self.random.choice(["a", "b", "c", "main", *ODD_TEXT[:4]])

    def document(self, kind, depth=0):
        """Of a class its fields, of a method its arguments."""
        hints = typing.get_type_hints(kind)
        if dataclasses.is_dataclass(kind):
            required = {field.name: field.default is dataclasses.MISSING for field in dataclasses.fields(kind)}
        else:
            parameters = inspect.signature(kind).parameters.items()
            required = {name: each.default is each.empty for name, each in parameters if name != "self"}
        few = self.random.sample(list(required), min(len(required), self.random.choice((1, 2, 4, 8)) if depth < 5 else 0))
        chosen = {name for name, needed in required.items() if needed} | set(few)
        wire = wire_names(kind)
        made = {wire.get(name, name): self.value(hints[name], name, depth) for name in sorted(chosen)}
        if "task_key" in made and self.random.random() < 0.8:
            made["task_key"] = self.random.choice("abc")
        if self.random.random() < 0.1:
            made["member_of_tomorrow"] = self.random.choice(ODD)
        return made

    def members(self, names):
        """For an endpoint that the SDK does not know: some of these members with values of any kind."""
        chosen = self.random.sample(names, self.random.randint(0, len(names)))
        return {name: self.random.choice([*self.known.get(name, []), *ODD]) for name in chosen}

    def capture(self, name):
        """For {name} in a path."""
        if self.random.random() < max(self.wrongness, 0.1):
            return str(self.random.choice([*ODD_TEXT[:2], *ODD_TEXT[3:], *ODD_NUMBERS]))
        return str(self.random.choice(self.known.get(name, ["a", "b"])))
