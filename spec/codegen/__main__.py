"""Rewrites `generated/` from `spec/`, or with `--check` says what differs; run by codegen.sh."""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from spec.codegen import bundle, models, names, operations, routes, stubs
from spec.codegen.faults import ModelError, SpecError

_ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """0 when `generated/` is as `spec/` says; 1 when it is not, or `spec/` is broken."""
    parser = argparse.ArgumentParser(prog="codegen.sh", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; list what differs and exit with 1"
    )
    parser.add_argument("--spec", type=Path, default=_ROOT / "spec", help="the contract's folder")
    parser.add_argument(
        "--output", type=Path, default=_ROOT / "generated", help="the folder to empty and rewrite"
    )
    arguments = parser.parse_args()
    try:
        files = generated(arguments.spec)
    except SpecError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's output
        return 1
    if arguments.check:
        return _report(differences(files, arguments.output), arguments.output)
    replace(arguments.output, files)
    return 0


def generated(spec: Path) -> dict[str, str]:
    """The files of `generated/` by name."""
    bundled = bundle.load(spec)
    found, added, parameters = operations.operations(bundled)
    try:
        flat = names.flatten({**bundled.document["components"]["schemas"], **added})
        _bodies_are_classes(found, flat)
        schemas = models.schemas(flat, parameters)
    except ModelError as error:
        raise SpecError(bundled.fault(error.pointer, error.reason)) from error
    return {
        "__init__.py": f'{models.HEADER}\n"""The contract in Python: models, stubs and the route table."""\n',
        "base.py": f"{models.HEADER}\n{(models.TEMPLATES / 'base.py').read_text(encoding='utf-8')}",
        "openapi.json": json.dumps(bundled.document, ensure_ascii=False, indent=2) + "\n",
        "py.typed": "",
        "routes.py": routes.routes(found),
        "schemas.py": schemas,
        "stubs.py": stubs.stubs(found),
    }


def _bodies_are_classes(found: list[operations.Operation], flat: names.Flat) -> None:
    for operation in found:
        if operation.body and operation.body not in flat.classes():
            pointer = ("paths", operation.path, operation.method)
            raise ModelError(pointer, "the request body should be an object with properties")


def replace(folder: Path, files: dict[str, str]) -> None:
    """Make the folder hold these files and no others; all are written before one is put in its place."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as beside:
        for name, text in files.items():
            (Path(beside) / name).write_text(text, encoding="utf-8", newline="\n")
        for name in files:
            (Path(beside) / name).replace(folder / name)
    for path in folder.iterdir():
        if path.name not in files and path.name != "__pycache__":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def differences(files: dict[str, str], folder: Path) -> list[str]:
    """What a rebuild would change, a line each."""
    present = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    present = {name: path for name, path in present.items() if "__pycache__" not in path.parts}
    found = [f"{name} should not be there" for name in present.keys() - files.keys()]
    found += [f"{name} is missing" for name in files.keys() - present.keys()]
    found += [
        f"{name} is not what spec/ says"
        for name in present.keys() & files.keys()
        if present[name].read_bytes() != files[name].encode()
    ]
    return sorted(found)


def _report(lines: list[str], folder: Path) -> int:
    for line in lines:
        print(f"{folder.name}/{line}: run ./codegen.sh", file=sys.stderr)  # noqa: T201 - a command's output
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
