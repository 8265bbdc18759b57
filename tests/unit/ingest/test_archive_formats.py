import io
import json
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from folkmoot_ingest.domain.submission import Submission
from folkmoot_ingest.gateways.archives import (
    Entry,
    Rejected,
    Submitted,
    preview,
    read_archive,
)

from tests.support.ingest_fakes import NOW

REALM = {
    "zerver_realm": [{"id": 2, "url": "https://chat.example.org"}],
    "zerver_userprofile": [
        {"id": 10, "full_name": "Ada Byron", "delivery_email": "Ada@example.org"},
        {"id": 11, "full_name": "Bo Ek", "email": "bo@example.org"},
    ],
    "zerver_userprofile_crossrealm": [{"id": 5, "email": "bot@example.org"}],
    "zerver_stream": [
        {"id": 3, "name": "tea", "invite_only": False},
        {"id": 4, "name": "board", "invite_only": True},
    ],
    "zerver_recipient": [
        {"id": 30, "type": 2, "type_id": 3},
        {"id": 40, "type": 2, "type_id": 4},
        {"id": 50, "type": 1, "type_id": 11},
        {"id": 60, "type": 3, "type_id": 1},
    ],
    "zerver_subscription": [
        {"recipient": 40, "user_profile": 11, "active": True},
        {"recipient": 40, "user_profile": 5, "active": False},
        {"recipient": 60, "user_profile": 10, "active": True},
        {"recipient": 60, "user_profile": 11, "active": True},
    ],
}
MESSAGE = {
    "id": 1,
    "sender": 10,
    "recipient": 30,
    "subject": "leaves",
    "content": "@**Bo Ek** see [this](https://a.example)",
    "rendered_content": '<p><span class="user-mention" data-user-id="11">@Bo Ek</span>'
    ' see <a href="https://a.example">this</a></p>',
    "date_sent": 1_700_000_000.5,
    "last_edit_time": None,
}


def write(folder: Path, name: str, content: object) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    file.write_text(text)


def read(kind: str, path: Path | str) -> list[Entry]:
    return list(read_archive(kind, path))


def items(kind: str, path: Path | str) -> list[Submission]:
    entries = read(kind, path)
    assert [e for e in entries if isinstance(e, Rejected)] == []
    return [e.submission for e in entries if isinstance(e, Submitted)]


def zulip(folder: Path, *messages: dict[str, Any]) -> list[Submission]:
    write(folder, "realm.json", REALM)
    write(folder, "messages-000001.json", {"zerver_message": list(messages)})
    return items("zulip", folder)


def test_zulip_s_own_export_keeps_the_markdown_and_takes_marks_from_the_html(
    tmp_path: Path,
) -> None:
    (told,) = zulip(tmp_path, MESSAGE)
    assert told.text == MESSAGE["content"]
    assert told.author is not None
    assert (told.author.id, told.author.name) == ("10", "Ada Byron")
    assert [(m.id, m.name) for m in told.mentions] == [("11", "Bo Ek")]
    assert told.links[0].url == "https://a.example"
    assert (told.conversation, told.title) == ("3/leaves", "leaves")
    assert told.visibility is None
    assert told.published == datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)
    assert told.permalink == "https://chat.example.org/#narrow/near/1"


def test_what_zulip_keeps_private_stays_so(tmp_path: Path) -> None:
    board, direct, group = zulip(
        tmp_path,
        MESSAGE | {"recipient": 40},
        MESSAGE | {"id": 2, "recipient": 50, "subject": ""},
        MESSAGE | {"id": 3, "recipient": 60, "subject": ""},
    )
    both = ("person:ada@example.org", "person:bo@example.org")
    assert board.visibility == direct.visibility == group.visibility == both
    assert (direct.conversation, direct.title) == ("direct/10-11", None)


def test_an_edit_at_zulip_is_a_newer_version(tmp_path: Path) -> None:
    (told,) = zulip(tmp_path, MESSAGE | {"last_edit_time": 1_700_000_100})
    assert told.edited == datetime(2023, 11, 14, 22, 15, tzinfo=UTC)


def test_a_message_to_nobody_known_is_rejected_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, "realm.json", REALM)
    bad = {"zerver_message": [MESSAGE | {"recipient": 99}, 7, MESSAGE]}
    write(tmp_path, "messages-000001.json", bad)
    write(tmp_path, "messages-000002.json", "{")
    first, second, third, fourth = read("zulip", tmp_path)
    assert isinstance(first, Rejected)
    assert (first.input, first.location) == ("messages-000001.json", "message 1")
    assert isinstance(second, Rejected)
    assert isinstance(third, Submitted)
    assert isinstance(fourth, Rejected)


def test_the_folder_of_a_renamed_stream_that_is_still_in_use_has_the_last_word(
    tmp_path: Path,
) -> None:
    old = {"id": 1, "content": "<p>oops</p>", "sender_full_name": "Ada", "timestamp": 5}
    later = old | {"id": 2, "content": "<p>bye</p>", "timestamp": 9}
    write(tmp_path, "7-zebras/stripes.json", [old])
    write(tmp_path, "7-animals/stripes.json", [old | {"content": "(deleted)"}, later])
    write(tmp_path, "8-plants/leaves.json", [old | {"id": 3}])
    texts = [told.text for told in items("zulip", tmp_path)]
    assert texts == ["oops", "(deleted)", "bye", "oops"]


SLACK: dict[str, Any] = {
    "channels.json": [{"id": "C1", "name": "general"}],
    "groups.json": [{"id": "G1", "name": "board", "members": ["U1", "U2"]}],
    "dms.json": [{"id": "D1", "members": ["U1"]}],
    "users.json": [
        {"id": "U1", "name": "ada", "profile": {"display_name": "Ada"}},
        {"id": "U2", "name": "bo", "profile": {"email": "Bo@example.org"}},
    ],
    "general/2026-05-04.json": [
        {"type": "message", "user": "U1", "text": "a", "ts": "1777887000.000100"},
        {
            "user": "U2",
            "text": "<@U1> &lt;see&gt; <https://a.example|this> in <#C1>, <!here>",
            "ts": "1777887001.000200",
            "thread_ts": "1777887000.000100",
            "edited": {"user": "U2", "ts": "1777887060.000000"},
        },
        {"subtype": "channel_join", "user": "U2", "text": "hi", "ts": "1777887002.0"},
        {"subtype": "bot_message", "username": "ci", "ts": "1777887003.0"},
        {"type": "message", "text": "no time"},
    ],
    "board/2026-05-04.json": [{"user": "U1", "text": "psst", "ts": "1777887000.0"}],
    "D1/2026-05-04.json": [{"user": "U1", "text": "note", "ts": "1777887000.0"}],
}


def test_a_slack_zip_is_read_like_its_folder(tmp_path: Path) -> None:
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in SLACK.items():
            write(tmp_path / "export", name, content)
            archive.writestr(name, json.dumps(content))
    entries = read("slack", tmp_path / "export")
    assert read("slack", packed) == entries
    assert [type(e).__name__ for e in entries].count("Rejected") == 1


def test_slack_messages_keep_threads_edits_and_privacy(tmp_path: Path) -> None:
    for name, content in SLACK.items():
        write(tmp_path, name, content)
    found = [e.submission for e in read("slack", tmp_path) if isinstance(e, Submitted)]
    told = {submission.native_id: submission for submission in found}
    reply = told["C1/1777887001.000200"]
    assert reply.text == "@Ada <see> this in #general, @here"
    assert [m.id for m in reply.mentions] == ["U1"]
    assert reply.conversation == reply.in_reply_to == "C1/1777887000.000100"
    assert reply.edited is not None
    assert told["C1/1777887002.0"].kind == "notice"
    bot = told["C1/1777887003.0"].author
    assert bot is not None
    assert bot.name == "ci"
    assert told["G1/1777887000.0"].visibility == (
        "person:slack-U1",
        "person:bo@example.org",
    )
    assert told["D1/1777887000.0"].visibility == ("person:slack-U1",)
    assert told["D1/1777887000.0"].title is None


MBOX = b"""\
From ada@example.org Mon May  4 09:30:00 2026
From: =?utf-8?q?Ada_B=C3=BFron?= <Ada@example.org>
Date: Mon, 4 May 2026 09:30:00 +0200
Subject: [tea] Leaves
Message-ID: <1@example.org>

From where I sit:
>From the tin, said one.
>>From two.

From here on, no mail begins.
From nobody Mon May  4 09:30:00 2026

From bo@example.org  Mon May  4 10:30:00 2026
From: bo@example.org
Date: nonsense
Subject: Re: [tea] Leaves
In-Reply-To: <1@example.org>
Message-ID: <2@example.org>
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/html; charset=latin1

<p>caf\xe9</p>
--x
Content-Type: image/png; name=tea.png

data
--x--
"""


def test_mail_is_split_at_envelopes_alone_and_unquoted(tmp_path: Path) -> None:
    (tmp_path / "tea.mbox").write_bytes(MBOX)
    first, second = items("mbox", tmp_path / "tea.mbox")
    assert first.text.splitlines()[1:3] == ["From the tin, said one.", ">From two."]
    assert "no mail begins" in first.text
    assert first.author is not None
    assert (first.author.id, first.author.name) == ("ada@example.org", "Ada Bÿron")
    assert (second.text, second.attachments[0].name) == ("café", "tea.png")
    assert second.published == datetime(2026, 5, 4, 10, 30, tzinfo=UTC)
    assert second.in_reply_to == first.native_id
    assert first.conversation == second.conversation == "<1@example.org>"


def test_stdin_is_an_archive_named_by_a_dash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MBOX)))
    entries = read("mbox", "-")
    assert [entry.input for entry in entries] == ["-", "-"]


@pytest.mark.parametrize("kind", ["zulip", "slack", "mbox"])
def test_what_is_not_there_is_rejected(kind: str, tmp_path: Path) -> None:
    (rejected,) = read(kind, tmp_path / "nothing")
    assert isinstance(rejected, Rejected)
    assert "nothing" in rejected.input


@pytest.mark.parametrize("kind", ["zulip", "slack"])
@pytest.mark.parametrize("content", [b"{", b"7", b"[7, null]", b"\xff", b"[" * 9999])
def test_no_input_makes_an_importer_raise(
    kind: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "general").mkdir()
    (tmp_path / "general" / "a.json").write_bytes(content)
    found = read(kind, tmp_path)
    assert found
    assert all(isinstance(entry, Rejected) for entry in found)


def test_an_unknown_kind_raises_at_once() -> None:
    with pytest.raises(ValueError, match="known: mbox, slack, zulip"):
        read_archive("carrier-pigeon", "x")


def test_a_preview_is_the_item_that_would_be_captured(tmp_path: Path) -> None:
    (tmp_path / "tea.mbox").write_bytes(MBOX)
    entry = read("mbox", tmp_path / "tea.mbox")[0]
    assert isinstance(entry, Submitted)
    shown = preview(entry, company="north", source="mail.example.org", now=NOW)
    assert isinstance(shown, dict)
    assert shown["input"] == "tea.mbox"
    assert shown["id"].startswith("itm_")
    assert json.loads(json.dumps(shown)) == shown
