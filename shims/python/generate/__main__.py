"""python -m generate [--check]: writes src/brickwork/documents and src/brickwork/verbs; --check only compares."""

import sys
from pathlib import Path

from generate import abi, write_documents, write_verbs
from generate.types import Reader

PACKAGE = Path(__file__).resolve().parents[1] / "src/brickwork"


def texts():
    """What is to be written, by path."""
    schemas = abi.schemas()
    reader = Reader(schemas)
    answers = [name for name in schemas if not name.endswith("-request")]
    modules = [reader.module(name) for name in answers]
    own = [module for module in modules if module.classes]
    found = {PACKAGE / f"documents/{write_documents.file_name(module.name)}.py":
             write_documents.module_text(module, schemas[module.name]) for module in own}
    found[PACKAGE / "documents/__init__.py"] = write_documents.package_text(own)

    families, pure = {}, abi.pure_verbs()
    for verb, number in abi.verbs().items():
        made = write_verbs.method(verb, number, verb in pure, reader)
        families.setdefault(verb.partition(".")[0], []).append(made)
    for family, methods in families.items():
        found[PACKAGE / f"verbs/{family}.py"] = write_verbs.family_text(family, methods, reader)
    found[PACKAGE / "verbs/__init__.py"] = write_verbs.package_text(families)
    return found


def main(arguments):
    wanted = texts()
    by_hand = {"_base.py", "_views.py"}
    there = {path for folder in ("documents", "verbs") for path in (PACKAGE / folder).glob("*.py")} - {
        PACKAGE / folder / name for folder in ("documents", "verbs") for name in by_hand}
    wrong = sorted(there - set(wanted)) + [path for path, text in wanted.items()
                                           if not path.exists() or path.read_text() != text]
    if arguments == ["--check"]:
        for path in wrong:
            print(f"{path.relative_to(PACKAGE)} is not what abi/ says; run python -m generate", file=sys.stderr)
        return 1 if wrong else 0
    for path in there - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
