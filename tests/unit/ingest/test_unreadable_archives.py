"""An input that cannot be read, or that holds something else, harms itself alone."""

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from folkmoot_ingest.gateways.archives import (
    Entry,
    Rejected,
    Submitted,
    read_archive,
)

NOBODY = 65534


def mail(number: int) -> str:
    return (
        f"From ada@example.org Mon May  4 09:3{number}:00 2026\n"
        f"From: ada@example.org\nMessage-ID: <{number}@example.org>\n\nTea.\n\n"
    )


def topic(number: int) -> str:
    said = {"id": number, "content": "<p>Tea.</p>", "sender_full_name": "Ada"}
    return json.dumps([said | {"timestamp": number}])


def day(number: int) -> str:
    return json.dumps([{"user": "U1", "text": "Tea.", "ts": f"{number}.0"}])


KINDS = {
    "mbox": ("{}.mbox", mail),
    "zulip": ("{}-tea/leaves.json", topic),
    "slack": ("tea/2026-05-0{}.json", day),
}


def archive(kind: str, folder: Path) -> list[Path]:
    """Write an archive of three files with one message each."""
    name, write = KINDS[kind]
    files = [folder / name.format(number) for number in (1, 2, 3)]
    for number, file in enumerate(files, 1):
        file.parent.mkdir(exist_ok=True)
        file.write_text(write(number))
    return files


def is_unread(entry: Entry) -> bool:
    return isinstance(entry, Rejected) and entry.unread


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_vanishes_while_its_archive_is_read_is_rejected_alone(
    kind: str, tmp_path: Path
) -> None:
    _, second, _ = archive(kind, tmp_path)
    entries = read_archive(kind, tmp_path)
    found = [next(entries)]
    second.unlink()
    found += entries
    assert [is_unread(entry) for entry in found] == [False, True, False]
    lost = found[1]
    assert isinstance(lost, Rejected)
    assert lost.input == second.relative_to(tmp_path).as_posix()
    assert lost.reason == "not readable: No such file or directory"
    assert all(isinstance(found[place], Submitted) for place in (0, 2))


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_to_nowhere_is_told(kind: str, tmp_path: Path) -> None:
    _, second, _ = archive(kind, tmp_path)
    second.unlink()
    second.symlink_to("nowhere")
    found = list(read_archive(kind, tmp_path))
    assert [is_unread(entry) for entry in found] == [False, True, False]


@contextmanager
def powerless() -> Iterator[None]:
    """Look at files without the rights of the superuser."""
    before = os.geteuid()
    os.seteuid(before or NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("kind", ["slack", "zulip"])
def test_a_folder_that_may_not_be_listed_is_told(kind: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        archive(kind, folder)
        (folder / "9-shut").mkdir(mode=0)
        entries = read_archive(kind, folder)
        with powerless():
            first = next(entries)
        reason = "not readable: Permission denied"
        assert first == Rejected("9-shut", "file", reason, unread=True)
        assert len(list(entries)) == 3


@pytest.mark.parametrize(
    "other", ['[{"ts": "1.0"}]\n', "\n\n  {\n", "From: ada@example.org\n\nTea.\n"]
)
def test_what_is_no_mbox_is_told_and_not_taken_for_a_mail(
    other: str, tmp_path: Path
) -> None:
    _, second, _ = archive("mbox", tmp_path)
    second.write_text(other)
    found = list(read_archive("mbox", tmp_path))
    assert [is_unread(entry) for entry in found] == [False, True, False]
    reason = "it is no mbox, for its first line does not begin with `From `"
    lost = Rejected("2.mbox", "file", f"not readable: {reason}", unread=True)
    assert found[1] == lost


def test_blank_lines_before_the_first_mail_do_no_harm(tmp_path: Path) -> None:
    first, *_ = archive("mbox", tmp_path)
    first.write_text("\n \n" + first.read_text())
    found = list(read_archive("mbox", first))
    assert [isinstance(entry, Submitted) for entry in found] == [True]


def test_what_is_broken_within_a_zip_is_rejected_alone(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as writing:
        for number in (1, 2, 3):
            writing.writestr(f"tea/2026-05-0{number}.json", day(number) + " " * 5000)
        second = writing.getinfo("tea/2026-05-02.json").header_offset
    body = bytearray(packed.getvalue())
    start = second + 30 + len("tea/2026-05-02.json")
    body[start : start + 8] = b"\xff" * 8
    file = tmp_path / "export.zip"
    file.write_bytes(body)
    found = list(read_archive("slack", file))
    assert [is_unread(entry) for entry in found] == [False, True, False]


def test_what_is_no_days_of_slack_is_told_in_plain_words(tmp_path: Path) -> None:
    texts = {
        "export/users.json": json.dumps([{"id": "U1", "name": "ada"}]),
        "export/integration_logs.json": json.dumps([{"service_type": "bot"}]),
        "export/tea/2026-05-01.json": day(1),
        "export/tea/canvas.json": json.dumps([{"id": "F1"}, {"id": "F2"}]),
        "export/tea/mixed.json": json.dumps([{"ts": "2.0", "text": "x"}, {"id": "F3"}]),
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = [e for e in read_archive("slack", tmp_path) if isinstance(e, Rejected)]
    assert [(e.input, e.location, e.reason) for e in found] == [
        ("export/tea/canvas.json", "file", "no messages: nothing in it has a `ts`"),
        (
            "export/tea/mixed.json",
            "message 2",
            "not a message of Slack: it has no `ts`",
        ),
    ]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"id": 1}, "it has no `content`"),
        ({"id": 1, "content": 7}, "a field of it is not what it should be"),
    ],
)
def test_what_a_message_lacks_is_told_in_plain_words(
    message: dict[str, object], reason: str, tmp_path: Path
) -> None:
    (tmp_path / "leaves.json").write_text(json.dumps([message]))
    (found,) = read_archive("zulip", tmp_path)
    assert isinstance(found, Rejected)
    assert found.reason == f"not a message of Zulip: {reason}"
