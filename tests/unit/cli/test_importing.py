"""`folkmoot import`: what is sent in which requests, and what its exit status says."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from folkmoot.app import make_app
from folkmoot.commands.import_ import default_source
from folkmoot.importing import (
    BATCH,
    BATCH_BYTES,
    Checkpoint,
    Tally,
    Target,
    fingerprint,
    send_archive,
)
from folkmoot.remote import Remote
from folkmoot.terminal import Exit
from folkmoot_ingest.domain.http_binding import MAX_EVENT
from folkmoot_ingest.domain.submission import Submission
from folkmoot_ingest.gateways.archives import Entry, Rejected, Submitted
from typer.testing import CliRunner, Result
from typing_extensions import override


class Ingest:
    """Answers as ingest does, and keeps the bodies of the requests."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(request.content)
        events = json.loads(request.content)
        results = [self._result(event) for event in events]
        if len(results) == 1 and "problem" in results[0]:
            return httpx.Response(422, json=results[0]["problem"])
        return httpx.Response(202, json={"results": results})

    def _result(self, event: dict[str, Any]) -> dict[str, Any]:
        if event["data"]["text"] == "bad":
            problem = {"title": "Not valid", "detail": "it is bad"}
            return {"id": event["id"], "problem": problem}
        return {"id": event["id"], "outcome": "captured"}


@pytest.fixture
def ingest(monkeypatch: pytest.MonkeyPatch) -> Ingest:
    monkeypatch.setenv("FOLKMOOT_INGEST_URL", "http://ingest.test")
    return Ingest()


def send(
    ingest: Ingest, entries: list[Entry], checkpoint: Checkpoint | None = None
) -> Tally:
    remote = Remote("ingest", "key")
    transport = httpx.MockTransport(ingest)
    remote.client = httpx.Client(base_url="http://ingest.test", transport=transport)
    with remote.client:
        return send_archive(
            entries,
            remote,
            target=Target("mail.example.org"),
            checkpoint=checkpoint,
            tell=lambda _: None,
        )


def said(text: str, number: int = 1, **more: Any) -> Submitted:
    fields = {"native_id": str(number), "text": text} | more
    return Submitted("tea.mbox", Submission.model_validate(fields))


@pytest.mark.parametrize("letter", ["a", "茶", "🍵", '"'])
def test_a_request_is_measured_in_the_bytes_that_are_sent(
    ingest: Ingest, letter: str
) -> None:
    tally = send(ingest, [said(letter * 200_000, n) for n in range(30)])
    assert tally.outcomes == {"captured": 30}
    assert all(len(body) <= BATCH_BYTES + BATCH + 1 for body in ingest.bodies)
    longest = len(f"{letter * 200_000}".encode())
    assert all(
        len(body) > BATCH_BYTES - 2 * longest - 1000 for body in ingest.bodies[:-1]
    )


def test_more_than_the_text_counts(ingest: Ingest) -> None:
    links = [{"url": f"https://example.org/{'x' * 900}/{n}"} for n in range(500)]
    tally = send(ingest, [said("Tea", n, links=links) for n in range(20)])
    assert tally.outcomes == {"captured": 20}
    assert max(map(len, ingest.bodies)) <= BATCH_BYTES + BATCH + 1


def test_small_events_go_by_their_number(ingest: Ingest) -> None:
    send(ingest, [said("Tea", n) for n in range(2 * BATCH + 1)])
    assert [len(json.loads(body)) for body in ingest.bodies] == [BATCH, BATCH, 1]


def test_an_event_that_no_request_may_hold_is_rejected_unsent(ingest: Ingest) -> None:
    huge = said("🍵" * 262_144, 2)
    tally = send(ingest, [said("Tea", 1), huge, said("Tea", 3)])
    assert tally.outcomes == {"captured": 2}
    (refusal,) = tally.rejected
    assert (refusal["input"], refusal["location"]) == ("tea.mbox", "2")
    assert f"may hold {MAX_EVENT}" in refusal["reason"]


@pytest.mark.parametrize("neighbours", [0, 1])
def test_a_refusal_is_told_also_of_a_lone_event(
    ingest: Ingest, neighbours: int
) -> None:
    tally = send(ingest, [said("bad"), *(said("Tea", n) for n in range(neighbours))])
    assert [refusal["reason"] for refusal in tally.rejected] == ["it is bad"]
    assert tally.read == 1 + neighbours


def test_no_place_is_kept_behind_what_could_not_be_read(
    ingest: Ingest, tmp_path: Path
) -> None:
    lost = Rejected("tea.mbox", "file", "not readable: gone", unread=True)

    class Noted(Checkpoint):
        saved: list[int] = []  # noqa: RUF012  of this test alone

        @override
        def save(self, acknowledged: int) -> None:
            self.saved.append(acknowledged)

    entries = [said("Tea", n) for n in range(BATCH)]
    send(ingest, [*entries, lost, *entries], Noted(tmp_path, "x"))
    assert Noted.saved == [BATCH]


def test_what_follows_an_input_that_was_lost_meanwhile_is_sent_again(
    ingest: Ingest, tmp_path: Path
) -> None:
    lost = Rejected("tea.mbox", "file", "not readable: gone", unread=True)
    checkpoint = Checkpoint(tmp_path, "x")
    checkpoint.save(4)
    entries = [said("Tea", n) for n in range(6)]
    tally = send(ingest, [*entries[:2], lost, *entries[2:]], checkpoint)
    (body,) = ingest.bodies
    assert len(json.loads(body)) == 4
    assert tally.unread == 1


def test_a_fingerprint_is_of_files_names_and_sizes(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    (tmp_path / "gone.json").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    first = fingerprint(str(tmp_path))
    assert fingerprint(str(tmp_path)) == first
    (tmp_path / "b.json").write_text("[]")
    assert fingerprint(str(tmp_path)) != first


def invoke(folder: Path, *arguments: str, env: Mapping[str, str]) -> Result:
    home = {"FOLKMOOT_HOME": str(folder / "home")}
    return CliRunner().invoke(make_app(), ["import", *arguments], env=home | dict(env))


NOWHERE = {"FOLKMOOT_INGEST_URL": "http://127.0.0.1:1", "FOLKMOOT_API_KEY": "key"}


@pytest.mark.parametrize(
    ("kind", "path", "source"),
    [
        ("slack", "exports/slack-houston", "slack-houston"),
        ("slack", "exports/Slack.houston.zip", "Slack.houston"),
        ("slack", "exports/houston", "slack-houston"),
        ("slack", "exports/slackers", "slack-slackers"),
        ("mbox", "mbox.mbox", "mbox"),
        ("mbox", "tea.mbox", "mbox-tea"),
        ("mbox", "-", "mbox-stdin"),
    ],
)
def test_a_source_is_named_by_its_kind_once(kind: str, path: str, source: str) -> None:
    assert default_source(kind, path) == source


def test_a_file_of_something_else_makes_an_import_fail(tmp_path: Path) -> None:
    file = tmp_path / "tea.json"
    file.write_text('{"text": "Tea"}')
    done = invoke(tmp_path, "mbox", str(file), "--dry-run", env={})
    assert done.exit_code == Exit.FAILED
    assert "tea.json: file: not readable: it is no mbox" in done.stderr


@pytest.fixture(params=["a folder", "a file", "other files"])
def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "archive"
    if request.param == "a file":
        path.write_text("")
    else:
        path.mkdir()
    if request.param == "other files":
        (path / "1-empty").mkdir()
        (path / "1-empty" / "tea.json").write_text("[]")
    return path


@pytest.mark.parametrize("more", [("--dry-run",), ("--json",), ()])
def test_an_archive_of_nothing_is_told_and_fails(
    nothing: Path, tmp_path: Path, more: tuple[str, ...]
) -> None:
    kind = "mbox" if nothing.is_file() else "zulip"
    done = invoke(tmp_path, kind, str(nothing), *more, env=NOWHERE)
    assert done.exit_code == Exit.FAILED
    assert f"nothing to import: {nothing} holds no messages of {kind}" in done.stderr
    if "--json" in more:
        assert json.loads(done.stdout)["read"] == 0


@pytest.mark.parametrize(
    ("lost", "status"), [("missing.json", Exit.FAILED), (None, Exit.DONE)]
)
def test_a_file_that_cannot_be_read_makes_an_import_fail_and_the_rest_go_on(
    tmp_path: Path, lost: str | None, status: Exit
) -> None:
    folder = tmp_path / "1-tea"
    folder.mkdir()
    told = {"id": 1, "content": "Tea", "sender_full_name": "Ada", "timestamp": 1}
    (folder / "leaves.json").write_text(json.dumps([told, {"id": 2}]))
    if lost:
        (folder / lost).symlink_to("nowhere")
    done = invoke(tmp_path, "zulip", str(folder), "--dry-run", "--json", env={})
    assert done.exit_code == status
    assert json.loads(done.stdout)["text"] == "Tea"
    complaints = done.stderr.splitlines()
    assert complaints[0].endswith("not a message of Zulip: it has no `content`")
    assert complaints[1:] == (
        [f"{lost}: file: not readable: No such file or directory"] if lost else []
    )
