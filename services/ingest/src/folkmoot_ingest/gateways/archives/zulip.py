"""Zulip archives of either kind."""

from collections.abc import Iterator

from folkmoot_ingest.gateways.archives import zulip_export, zulip_topics
from folkmoot_ingest.gateways.archives.entries import Entry
from folkmoot_ingest.gateways.archives.inputs import STDIN, Inputs


def read(inputs: Inputs) -> Iterator[Entry]:
    """Read Zulip's own export where there is a `realm.json`, else files of topics."""
    realm = zulip_export.find(inputs)
    if realm:
        yield from zulip_export.read(inputs, realm)
        return
    for file in inputs.files:
        if file.name.endswith(".json") or file.name == STDIN:
            yield from zulip_topics.read(file)
