"""JSON Schema as Python types: every object with named members becomes a class, what stays open stays a dict."""

from dataclasses import dataclass, field

SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
URN = "urn:brickwork:"
# Where the rule "name of the owner, name of the member" would be ugly.
NAMES = {"GroupGroup": "NestedGroup", "RunOutputResponseOutput": "TaskOutput", "PlanRerun": "PlannedTask"}


def camel(name):
    return "".join(part[:1].upper() + part[1:] for part in name.replace(".", "_").replace("-", "_").split("_"))


def singular(name):
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and name not in ("tls", "libraries") else name


@dataclass
class Type:
    """`text` as annotations say it; `reader` is code that turns a JSON value into it, None where it is one already."""

    text: str
    reader: str | None = None


@dataclass
class Member:
    name: str
    type: Type
    required: bool
    description: str = ""


@dataclass
class Class:
    name: str
    title: str
    members: list = field(default_factory=list)
    refused: list = field(default_factory=list)  # members that the schema forbids


@dataclass
class Module:
    """One schema: `root` is its type, which may be a class of another module."""

    name: str
    root: Type = None
    classes: list = field(default_factory=list)
    literals: dict = field(default_factory=dict)  # values -> name
    unions: dict = field(default_factory=dict)  # name -> [(deciding member, class)...], the last one without
    imports: dict = field(default_factory=dict)  # class -> module


class Reader:
    def __init__(self, schemas):
        self.schemas = schemas
        self.modules = {}

    def module(self, name):
        if name not in self.modules:
            module = self.modules[name] = Module(name)
            schema = self.schemas[name]
            module.root = self.type(module, schema, camel(name), schema)
        return self.modules[name]

    def type(self, module, schema, name, whole):
        """The type of `schema`, which is named `name` if it turns out to be a class; `whole` resolves #/$defs."""
        if "$ref" in schema:
            return self.referred(module, schema["$ref"], whole)
        if "if" in schema:
            return self.chosen(module, schema, whole)
        if "enum" in schema:
            return self.literal(module, schema["enum"], name)
        if "const" in schema:
            return Type(type(schema["const"]).__name__)
        if "anyOf" in schema and "properties" not in schema:
            return self.any_of(module, schema["anyOf"], name, whole)
        return self.plain(module, schema, name, whole)

    def plain(self, module, schema, name, whole):
        kind = schema.get("type")
        if isinstance(kind, list):  # null is what an absent member is
            kinds = [each for each in kind if each != "null"]
            if len(kinds) > 1:
                return Type(" | ".join(SCALARS[each] for each in kinds) if set(kinds) <= set(SCALARS) else "Any")
            return self.plain(module, {**schema, "type": kinds[0]}, name, whole)
        if kind in SCALARS:
            return Type(SCALARS[kind])
        if kind == "array":
            return self.listed(self.type(module, schema.get("items", {}), singular_name(name), whole))
        if kind == "object" and schema.get("properties"):
            return self.object(module, schema, name, whole)
        if kind == "object":
            values = schema.get("additionalProperties")
            return Type(f"dict[str, {self.type(module, values, name, whole).text}]" if values else "dict[str, Any]")
        return Type("Any")

    @staticmethod
    def listed(item):
        return Type(f"tuple[{item.text}, ...]", f"many({item.reader})" if item.reader else "tuple")

    def referred(self, module, reference, whole):
        if reference.startswith(URN):
            other = self.module(reference.removeprefix(URN).partition("/")[0])
            module.imports[other.root.text] = other.name
            return other.root
        key = reference.rpartition("/")[2]
        return self.type(module, whole["$defs"][key], camel(f"{module.name}_{key}"), whole)

    def literal(self, module, values, name):
        return Type(module.literals.setdefault(tuple(values), name))

    def chosen(self, module, schema, whole):
        """if/then/else on a required member."""
        name = camel(f"{module.name}_member")
        if name not in module.unions:
            module.unions[name] = []  # before its members are read: groups hold groups
            then = self.type(module, schema["then"], "", whole)
            otherwise = self.type(module, schema["else"], "", whole)
            module.unions[name] = [(schema["if"]["required"][0], then.text), (None, otherwise.text)]
        return Type(name, f"read_{snake(name)}")

    def any_of(self, module, choices, name, whole):
        types = [self.type(module, each, name, whole) for each in choices]
        classes = [each for each in types if each.reader]
        if not classes:
            return Type(" | ".join(dict.fromkeys(each.text for each in types)))
        if len(classes) < len(types):  # text, or an object
            plain = [each.text for each in types if not each.reader]
            return Type(" | ".join([*plain, *(each.text for each in classes)]), f"unless_text({classes[0].reader})")
        union = f"{name}Or{types[0].text}"
        module.unions[union] = [(self.deciding(choices[0]), types[0].text), (None, types[1].text)]
        return Type(union, f"read_{snake(union)}")

    def deciding(self, schema):
        return self.schemas[schema["$ref"].removeprefix(URN).partition("/")[0]]["required"][0]

    def object(self, module, schema, name, whole):
        name = NAMES.get(name, name)
        made = Class(name, schema.get("title") or schema.get("description") or "")
        if name not in [each.name for each in module.classes]:
            module.classes.append(made)
            for key, value in schema["properties"].items():
                if value is False:
                    made.refused.append(key)
                    continue
                kind = self.type(module, value, name + camel(key), whole)
                made.members.append(Member(key, kind, key in schema.get("required", ()) and not nullable(value),
                                           value.get("description", "")))
        return Type(name, f"{name}.read")


def nullable(schema):
    return isinstance(schema.get("type"), list) and "null" in schema["type"]


def singular_name(name):
    return name if name.endswith("Tls") else singular(name)


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")
