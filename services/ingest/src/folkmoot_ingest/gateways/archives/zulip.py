"""Zulip archives of either kind."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from folkmoot_ingest.gateways.archives import zulip_export, zulip_topics
from folkmoot_ingest.gateways.archives.entries import Entry
from folkmoot_ingest.gateways.archives.inputs import STDIN, Input, Inputs


def read(inputs: Inputs) -> Iterator[Entry]:
    """Read Zulip's own export where there is a `realm.json`, else files of topics."""
    realm = zulip_export.find(inputs)
    if realm:
        yield from zulip_export.read(inputs, realm)
        return
    named = [f for f in inputs.files if f.name.endswith(".json") or f.name == STDIN]
    for file in _stale_first(named):
        yield from zulip_topics.read(file)


def _stale_first(files: Sequence[Input]) -> Iterator[Input]:
    """Put the folders of a renamed stream in the order in which they were in use.

    An archive keeps the folder of the old name as it was. Its messages are the same,
    but what was edited or deleted since stands only in the newer one: that one is to
    have the last word.
    """
    folders: dict[str, list[Input]] = defaultdict(list)
    for file in files:
        folders[PurePosixPath(file.name).parent.name].append(file)
    streams: dict[str, list[str]] = defaultdict(list)
    for folder in folders:
        streams[zulip_topics.stream_of(folder)].append(folder)
    for names in streams.values():
        if len(names) > 1:
            names.sort(key=lambda name: max(map(zulip_topics.newest, folders[name])))
        for name in names:
            yield from folders[name]
