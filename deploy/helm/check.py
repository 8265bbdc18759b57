"""`make chart`: lint the chart and render it with each set of values.

Every object is held against the schema of several releases of Kubernetes, where a name
that they do not know is an error, and against the models of operators' objects.
"""

import functools
import json
import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from pydantic import ValidationError
from referencing import Registry, Resource

from deploy.helm.custom_kinds import KINDS
from deploy.helm.helm import (
    Manifest,
    NoHelmError,
    RefusedError,
    helm,
    lint,
    render,
    value_sets,
)

KUBERNETES = ("1.29", "1.32", "1.35")
"""The oldest that the chart is for, one in between, and the newest."""
SCHEMAS = "kubernetes-json-schema"
Schema = Mapping[str, Any] | bool


def main() -> int:
    """Check everything, say what is wrong, and return the exit status."""
    try:
        helm()
    except NoHelmError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    wrong = 0
    for values in value_sets():
        try:
            lint(values)
            objects = {v: render(values, kubernetes=f"{v}.0") for v in KUBERNETES}
        except RefusedError as error:
            sys.stdout.write(f"{values.name}: {error}\n")
            wrong += 1
            continue
        found = [
            f"Kubernetes {version}: {fault}"
            for version, manifests in objects.items()
            for fault in faults(manifests, version)
        ]
        count = len(objects[KUBERNETES[0]])
        sys.stdout.write(f"{values.name}: {count} objects, {len(found)} faults\n")
        sys.stdout.writelines(f"  {fault}\n" for fault in found)
        wrong += len(found)
    return min(wrong, 1)


def faults(manifests: list[Manifest], version: str) -> Iterator[str]:
    """Yield what is wrong with some objects for a release of Kubernetes."""
    seen = set()
    for manifest in manifests:
        name = f"{manifest['kind']} {manifest['metadata']['name']}"
        if name in seen:
            yield f"{name}: there are two of it"
        seen.add(name)
        fault = _fault(manifest, version)
        if fault:
            yield f"{name}: {fault}"


def _fault(manifest: Manifest, version: str) -> str | None:
    model = KINDS.get(manifest["kind"])
    if model:
        try:
            model.model_validate(manifest)
        except ValidationError as error:
            return str(error)
        return None
    validator = _validator(manifest["apiVersion"], manifest["kind"], version)
    if validator is None:
        return f"nothing is known of {manifest['apiVersion']} in {version}"
    worst = best_match(validator.iter_errors(manifest))
    return f"{worst.json_path}: {worst.message}" if worst else None


@functools.cache
def _validator(
    api_version: str, kind: str, version: str
) -> Draft202012Validator | None:
    """Return what validates a kind of object; names it does not know are errors."""
    group, _, short = api_version.rpartition("/")
    part = "-".join(filter(None, (group.partition(".")[0], short)))
    folder = _folder(version)
    file = files("kubernetes_validate") / SCHEMAS / folder
    schema = file / f"{kind.lower()}-{part}.json"
    if not schema.is_file():
        return None
    read = Resource.from_contents(json.loads(schema.read_text()))
    registry: Registry[Schema] = read @ (_definitions(folder) @ Registry())
    return Draft202012Validator(read.contents, registry=registry)


@functools.cache
def _definitions(folder: str) -> Resource[Schema]:
    file = files("kubernetes_validate") / SCHEMAS / folder / "_definitions.json"
    return Resource.from_contents(json.loads(file.read_text()))


@functools.cache
def _folder(version: str) -> str:
    names = [each.name for each in (files("kubernetes_validate") / SCHEMAS).iterdir()]
    return next(
        name
        for name in names
        if name.startswith((f"v{version}.", f"v{version}-"))
        and name.endswith("-local-strict")
    )


if __name__ == "__main__":
    sys.exit(main())
