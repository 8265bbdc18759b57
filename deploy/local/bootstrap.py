"""Make .venv with everything that uv.lock names, on a machine with Python alone.

Runs on the standard library of any Python >= 3.11, without pip, venv or ensurepip: a
fresh Debian splits them off. uv is had by the first way that works:

1. it is in .venv already, at the version of the lock;
2. this Python's own pip;
3. pip in a throw-away environment, where `venv` can make one;
4. its wheel, fetched as the lock says and checked against the hash there. With an index
   configured (UV_DEFAULT_INDEX, UV_INDEX_URL or PIP_INDEX_URL) the file comes from it.

Then uv makes .venv; it is itself part of what the lock names.
"""

import base64
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
INDEXES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
JSON_INDEX = "application/vnd.pypi.simple.v1+json"


def main() -> None:
    """Have uv, then let it do the rest."""
    version, wheels = locked_uv()
    with tempfile.TemporaryDirectory() as scratch:
        uv = present(version) or obtained(version, wheels, Path(scratch))
        sync(uv)


def locked_uv() -> tuple[str, list[dict[str, str]]]:
    """Return the version of uv in the lock, and its wheels."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    found = next(one for one in lock["package"] if one["name"] == "uv")
    return found["version"], found["wheels"]


def present(version: str) -> Path | None:
    """Return the environment's own uv if it is the one of the lock."""
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        return None
    asked = subprocess.run(  # noqa: S603  our own path
        [uv, "--version"], capture_output=True, text=True, check=False
    )
    return uv if asked.stdout.split()[1:2] == [version] else None


def obtained(version: str, wheels: list[dict[str, str]], scratch: Path) -> Path:
    """Return a uv in a scratch folder."""
    wanted = ["install", "--quiet", "--no-deps", f"uv=={version}"]
    if importlib.util.find_spec("pip"):
        say(f"getting uv {version} with pip")
        run(sys.executable, "-m", "pip", *wanted, "--target", str(scratch))
        return scratch / "bin" / "uv"
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        say(f"getting uv {version} with pip in an environment of its own")
        run(sys.executable, "-m", "venv", str(scratch))
        run(str(scratch / "bin" / "pip"), *wanted)
        return scratch / "bin" / "uv"
    say(f"no pip and no ensurepip in this Python: fetching the wheel of uv {version}")
    return unpacked(fetched(wheels), scratch)


def fetched(wheels: list[dict[str, str]]) -> bytes:
    """Return the wheel for this machine, once its hash is as the lock says."""
    machine = platform.machine()
    fits = re.compile(rf"-manylinux\S*_{machine}\.whl$")
    wheel = next((one for one in wheels if fits.search(one["url"])), None)
    if wheel is None:
        sys.exit(f"the lock has no uv for Linux on {machine}")
    content = download(indexed(wheel["url"]))
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    if digest != wheel["hash"]:
        sys.exit(f"the wheel of uv is {digest}, the lock says {wheel['hash']}")
    return content


def indexed(url: str) -> str:
    """Return where the configured index has a file of the lock, if one is set."""
    index = next((os.environ[name] for name in INDEXES if os.environ.get(name)), None)
    if index is None:
        return url
    page = index.rstrip("/") + "/uv/"
    name = url.rpartition("/")[2]
    for link in links(page):
        if urllib.parse.urlsplit(link).path.rpartition("/")[2] == name:
            return urllib.parse.urljoin(page, link)
    return sys.exit(f"{page} has no {name}")


def links(page: str) -> list[str]:
    """Return the files that an index offers, be its page JSON or HTML."""
    text = download(page, accept=f"{JSON_INDEX}, text/html;q=0.1").decode()
    if text.lstrip().startswith("{"):
        return [one["url"] for one in json.loads(text)["files"]]
    return re.findall(r'href="([^"]+)"', text)


def download(url: str, accept: str = "*/*") -> bytes:
    """Return what a URL answers; it may carry a user and a password."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in {"https", "http"}:
        sys.exit(f"{url} is not a web address")
    user, _, host = parts.netloc.rpartition("@")
    headers = {"accept": accept}
    if user:
        secret = base64.b64encode(urllib.parse.unquote(user).encode()).decode()
        headers["authorization"] = f"Basic {secret}"
    bare = parts._replace(netloc=host).geturl()
    request = urllib.request.Request(bare, headers=headers)  # noqa: S310  looked at above
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  the same
        content: bytes = answer.read()
    return content


def unpacked(wheel: bytes, scratch: Path) -> Path:
    """Return the program out of a wheel."""
    packed = scratch / "uv.whl"
    packed.write_bytes(wheel)
    with zipfile.ZipFile(packed) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".data/scripts/uv"))
        program = Path(archive.extract(name, scratch))
    program.chmod(0o755)
    return program


def sync(uv: Path) -> None:
    """Make .venv what the lock says."""
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists():
        shutil.rmtree(VENV)
    say("installing what uv.lock names into .venv")
    own = {"UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON_DOWNLOADS": "never"}
    command = (str(uv), "sync", "--all-packages", "--frozen", "--quiet")
    run(*command, "--python", sys.executable, **own)


def run(*command: str, **environment: str) -> None:
    """Run a command in the repository; end with its status if it fails."""
    done = subprocess.run(  # noqa: S603  our own command lines
        command, cwd=ROOT, env={**os.environ, **environment}, check=False
    )
    if done.returncode:
        sys.exit(f"failed with {done.returncode}: {' '.join(command)}")


def say(text: str) -> None:
    """Tell what takes time."""
    print(f"bootstrap: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
