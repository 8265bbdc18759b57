"""Files, functions and parameter lists stay small enough to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("shared", "libs", "services", "cli", "benchmarks")
FILE_LINES = 300
TEST_FILE_LINES = 450
FUNCTION_LINES = 50
HANDLER_LINES = 15
PARAMETERS = 6
NAMELESS = {
    "base",
    "common",
    "helper",
    "helpers",
    "manager",
    "managers",
    "misc",
    "util",
    "utils",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    return sorted(f for folder in folders for f in (ROOT / folder).rglob("*.py"))


def lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def functions(file: Path) -> Iterator[tuple[str, Function]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, Function):
            yield f"{file.relative_to(ROOT)}:{node.lineno} {node.name}", node


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters(function: Function) -> int:
    """Count parameters, but for what Typer makes the options of a command."""
    given = function.args
    named = (*given.posonlyargs, *given.args, *given.kwonlyargs)
    counted = [a for a in named if a.arg not in {"self", "cls"}]
    return len([a for a in counted if "typer." not in _text(a.annotation)])


def _text(annotation: ast.expr | None) -> str:
    return ast.unparse(annotation) if annotation else ""


def is_handlers(file: Path) -> bool:
    return file.stem == "handlers" or file.parent.name == "handlers"


@pytest.mark.parametrize(
    ("folders", "most"),
    [(SOURCES, FILE_LINES), (("tests",), TEST_FILE_LINES)],
    ids=["source", "tests"],
)
def test_no_file_is_long(folders: tuple[str, ...], most: int) -> None:
    long = {str(f): n for f in python_files(*folders) if (n := lines(f)) > most}
    assert not long


def test_no_function_is_long() -> None:
    long = {
        name: length(function)
        for file in python_files(*SOURCES, "tests")
        for name, function in functions(file)
        if length(function) > FUNCTION_LINES
    }
    assert not long


def test_a_handler_is_a_doorstep() -> None:
    long = {
        name: length(function)
        for file in python_files("services")
        if is_handlers(file)
        for name, function in functions(file)
        if length(function) > HANDLER_LINES
    }
    assert not long


def test_no_function_takes_many_parameters() -> None:
    many = {
        name: parameters(function)
        for file in python_files(*SOURCES, "tests")
        for name, function in functions(file)
        if parameters(function) > PARAMETERS
    }
    assert not many


def test_every_module_is_named_for_what_it_does() -> None:
    files = python_files(*SOURCES, "tests")
    nameless = [str(f) for f in files if {f.stem, f.parent.name} & NAMELESS]
    assert not nameless
