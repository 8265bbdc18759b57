"""Slack exports: a folder or zip with `channels.json`, `users.json` and files of days.

Every message object with a `ts` is an item. What administers a channel (joining,
topics, pins, …) is kept too, as kind `notice`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from folkmoot_ingest.gateways.archives import json_files, slack_text
from folkmoot_ingest.gateways.archives.entries import (
    MISSHAPEN,
    Entry,
    Rejected,
    entry,
    misshapen,
)
from folkmoot_ingest.gateways.archives.inputs import Input, Inputs

PUBLIC: Final = "channels.json"
PRIVATE: Final = ("groups.json", "dms.json", "mpims.json")
PEOPLE: Final = "users.json"
LISTS: Final = (PEOPLE, PUBLIC, *PRIVATE)
NOTICES: Final = frozenset(
    (
        "bot_add",
        "bot_remove",
        "pinned_item",
        "unpinned_item",
        "tombstone",
        "reminder_add",
        "huddle_thread",
    )
)
NOTICE_OF: Final = ("channel_", "group_", "mpim_")


@dataclass(slots=True)
class _Workspace:
    """Who is who, and which folder is which channel."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    channel_names: dict[str, str] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)


def read(inputs: Inputs) -> Iterator[Entry]:
    """Read an export, channel by channel and day by day."""
    workspace = _Workspace()
    yield from _meet(inputs, workspace)
    paths = [PurePosixPath(file.name) for file in inputs.files]
    # Beside the lists stands what else is told of a workspace, and no days.
    roots = {path.parent for path in paths if path.name in LISTS}
    for file, path in zip(inputs.files, paths, strict=True):
        folder = path.parent.name
        if path.suffix == ".json" and folder and path.parent not in roots:
            yield from _day(file, folder, workspace)
        elif len(inputs.files) == 1:
            yield from _day(file, path.stem, workspace)


def _meet(inputs: Inputs, workspace: _Workspace) -> Iterator[Rejected]:
    """Read the lists of people and channels; yields what is wrong with them."""
    for file in inputs.files:
        name = file.name.rpartition("/")[2]
        if name not in LISTS:
            continue
        document = json_files.load(file)
        for found in json_files.objects(file.name, document):
            if isinstance(found, Rejected):
                yield found
            elif name == PEOPLE:
                _add_person(workspace, found[1])
            else:
                _add_channel(workspace, found[1], private=name != PUBLIC)


def _add_person(workspace: _Workspace, row: dict[str, Any]) -> None:
    told = row.get("profile")
    profile = told if isinstance(told, dict) else {}
    names = (
        profile.get("display_name"),
        profile.get("real_name"),
        row.get("real_name"),
        row.get("name"),
        row.get("id"),
    )
    identity = str(row.get("id"))
    workspace.people[identity] = row
    workspace.names[identity] = next(str(name) for name in names if name)


def _add_channel(workspace: _Workspace, row: dict[str, Any], *, private: bool) -> None:
    identity = str(row.get("id"))
    folder = str(row.get("name") or identity)
    workspace.channels[folder] = row
    workspace.channel_names[identity] = folder
    if private:
        workspace.private.add(folder)


def _day(file: Input, folder: str, workspace: _Workspace) -> Iterator[Entry]:
    document = json_files.load(file)
    if isinstance(document, Rejected):
        yield document
        return
    if isinstance(document, list) and document and not any(map(_is_timed, document)):
        yield Rejected(file.name, "file", "no messages: nothing in it has a `ts`")
        return
    for found in json_files.objects(file.name, document):
        if isinstance(found, Rejected):
            yield found
            continue
        place, message = found
        try:
            fields = _fields(message, folder, workspace)
        except MISSHAPEN as error:
            yield misshapen(file.name, place, "a message of Slack", error)
        else:
            yield entry(file.name, place, fields)


def _is_timed(row: object) -> bool:
    return isinstance(row, dict) and "ts" in row


def _fields(
    message: dict[str, Any], folder: str, workspace: _Workspace
) -> dict[str, Any]:
    channel = workspace.channels.get(folder, {})
    place = str(channel.get("id") or folder)
    thread = message.get("thread_ts")
    content = slack_text.read(_raw(message), workspace.names, workspace.channel_names)
    edited = message.get("edited")
    return {
        "tool": "slack",
        "kind": _kind(message),
        "native_id": f"{place}/{message['ts']}",
        "conversation": f"{place}/{thread}" if thread else None,
        "in_reply_to": f"{place}/{thread}"
        if thread not in (None, message["ts"])
        else None,
        "author": _author(message, workspace),
        "title": None if folder in workspace.private else f"#{folder}",
        "text": content.text,
        "links": content.links,
        "mentions": content.mentions,
        "attachments": [_attachment(each) for each in _files(message)],
        "published": _moment(message["ts"]),
        "edited": _moment(edited["ts"]) if isinstance(edited, dict) else None,
        "visibility": _visibility(folder, channel, workspace),
    }


def _kind(message: Mapping[str, Any]) -> str:
    subtype = str(message.get("subtype") or "")
    notice = subtype in NOTICES or subtype.startswith(NOTICE_OF)
    return "notice" if notice else "message"


def _raw(message: Mapping[str, Any]) -> str:
    """Return the text, which a program may have put into attachments alone."""
    text = message.get("text")
    if text:
        return str(text)
    attached = [a for a in message.get("attachments") or () if isinstance(a, dict)]
    return "\n".join(str(a.get("text") or a.get("fallback") or "") for a in attached)


def _author(message: Mapping[str, Any], workspace: _Workspace) -> dict[str, Any]:
    comment = message.get("comment")
    commenter = comment.get("user") if isinstance(comment, dict) else None
    user = message.get("user") or commenter
    if user:
        return {"id": user, "name": workspace.names.get(user, user)}
    told = message.get("username") or message.get("bot_id") or "slack"
    return {"id": message.get("bot_id") or told, "name": told}


def _files(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    files = message.get("files") or [message.get("file")]
    return [file for file in files if isinstance(file, dict)]


def _attachment(file: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a file; without the query of its address, which may hold a token."""
    url = str(file.get("permalink") or file.get("url_private") or "")
    return {
        "url": urlsplit(url)._replace(query="").geturl() or None,
        "name": file.get("title") or file.get("name"),
        "media_type": file.get("mimetype"),
        "size": file.get("size"),
    }


def _visibility(
    folder: str, channel: Mapping[str, Any], workspace: _Workspace
) -> list[str] | None:
    """Keep what was said in private to the members, by their addresses."""
    if folder not in workspace.private:
        return None
    return [
        f"person:{_address(who, workspace)}" for who in channel.get("members") or ()
    ]


def _address(identity: str, workspace: _Workspace) -> str:
    profile = workspace.people.get(identity, {}).get("profile")
    email = profile.get("email") if isinstance(profile, dict) else None
    return str(email).lower() if email else f"slack-{identity}"


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
