"""The real archives, against counts taken with nothing of ours."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from folkmoot_ingest.gateways.archives import Rejected, Submitted, read_archive


def submitted(kind: str, path: Path) -> list[Submitted]:
    entries = list(read_archive(kind, path))
    assert [entry for entry in entries if isinstance(entry, Rejected)] == []
    return [entry for entry in entries if isinstance(entry, Submitted)]


def test_zulip_topics_give_every_message_there_is(corpora: Path) -> None:
    folder = corpora / "exports/zulip-lean"
    files = sorted(folder.glob("*/*.json"))
    ids = [message["id"] for file in files for message in json.loads(file.read_text())]
    assert (len(ids), len(set(ids))) == (12_697, 10_454)
    found = submitted("zulip", folder)
    assert Counter(e.submission.native_id for e in found) == Counter(map(str, ids))
    assert {e.input for e in found} <= {str(file.relative_to(folder)) for file in files}


@pytest.mark.slow
def test_a_topic_that_moved_with_its_stream_s_name_is_one_conversation(
    corpora: Path,
) -> None:
    found = submitted("zulip", corpora / "exports/zulip-lean")
    seen: dict[str, set[tuple[str | None, str]]] = {}
    for entry in found:
        told = entry.submission
        seen.setdefault(told.native_id, set()).add((told.conversation, told.text))
    assert Counter(len(places) for places in seen.values()) == {1: 10_415, 2: 39}


def test_slack_gives_every_message_there_is(corpora: Path) -> None:
    folder = corpora / "exports/slack-houston"
    told = {
        (file.parent.name, message["ts"], message.get("subtype"))
        for file in folder.glob("*/*.json")
        for message in json.loads(file.read_text())
    }
    assert len(told) == 1_382
    found = submitted("slack", folder)
    assert len({entry.submission.native_id for entry in found}) == 1_382
    kinds = Counter(entry.submission.kind for entry in found)
    assert kinds == {"message": 1_031, "notice": 351}
    people = {row["id"] for row in json.loads((folder / "users.json").read_text())}
    authors = {e.submission.author.id for e in found if e.submission.author}
    assert len(authors & people) > 60


def test_slack_s_syntax_is_gone_from_its_texts(corpora: Path) -> None:
    found = submitted("slack", corpora / "exports/slack-houston")
    marked = re.compile(r"<[@#!][^>]*>|<https?:|&(amp|lt|gt);")
    assert [e.submission.text for e in found if marked.search(e.submission.text)] == []


def test_no_secret_of_slack_s_file_addresses_is_kept(corpora: Path) -> None:
    found = submitted("slack", corpora / "exports/slack-houston")
    urls = [f.url for e in found for f in e.submission.attachments if f.url]
    assert len(urls) > 60
    assert [url for url in urls if "?" in url] == []


MAIL = re.compile(
    rb"(?:\A|\n\n)From [^\n]+ [A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}\n"
    rb"From: "
)


def test_mbox_gives_every_mail_there_is(corpora: Path) -> None:
    folder = corpora / "exports/mbox-r-package-devel"
    counts = {
        file.name: len(re.findall(MAIL, b"\n\n" + file.read_bytes().lstrip(b"\n")))
        for file in folder.iterdir()
    }
    found = submitted("mbox", folder)
    assert sum(counts.values()) == 2_688
    assert Counter(entry.input for entry in found) == counts
    assert len({entry.submission.native_id for entry in found}) == 2_688


def test_redacted_message_ids_name_no_thread(corpora: Path) -> None:
    found = submitted("mbox", corpora / "exports/mbox-r-package-devel")
    conversations = {entry.submission.conversation for entry in found}
    assert all(c and c.startswith("subject:") for c in conversations)
    assert 500 < len(conversations) < 800


@pytest.mark.parametrize(
    ("kind", "folder"),
    [
        pytest.param("zulip", "zulip-lean", marks=pytest.mark.slow),
        ("slack", "slack-houston"),
        pytest.param("mbox", "mbox-r-package-devel", marks=pytest.mark.slow),
    ],
)
def test_an_archive_is_read_the_same_twice(
    corpora: Path, kind: str, folder: str
) -> None:
    def read() -> list[tuple[str, str]]:
        return [
            (entry.input, entry.submission.native_id)
            for entry in submitted(kind, corpora / "exports" / folder)
        ]

    assert read() == read()


def test_broken_mails_are_read_or_rejected_and_never_raise(corpora: Path) -> None:
    for file in sorted((corpora / "mail").rglob("*")):
        if file.is_file():
            for entry in read_archive("mbox", file):
                assert isinstance(entry, Submitted | Rejected)
