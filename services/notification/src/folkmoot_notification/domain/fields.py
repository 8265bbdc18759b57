"""The fields of the query language, and an item's values for them."""

from collections.abc import Mapping, Sequence

from folkmoot_events import Item, Tag
from folkmoot_query import FieldTable, Keyword, Text, Time
from folkmoot_query.document import Value

FIELDS = FieldTable(
    {
        "title": Text(default=True),
        "text": Text(default=True),
        "company": Keyword(),
        "source": Keyword(),
        "author": Keyword(words=True),
        "tag": Keyword(),
        "tool": Keyword(),
        "kind": Keyword(),
        "conversation": Keyword(),
        "mention": Keyword(),
        "time": Time(),
    }
)


def values(item: Item, tags: Sequence[Tag]) -> Mapping[str, Value]:
    """Return what each field of an item holds; a tag by its id and by its label."""
    return {
        "title": item.title or "",
        "text": item.text,
        "company": item.company,
        "source": item.source,
        "author": [item.author.id, item.author.name],
        "tag": [name for tag in tags for name in (tag.id, tag.label)],
        "tool": item.tool,
        "kind": item.kind,
        "conversation": item.conversation_id,
        "mention": [*mentions(item, tags)],
        "time": item.published,
    }


def mentions(item: Item, tags: Sequence[Tag]) -> Sequence[str]:
    """Return the ids and names of all whom an item addresses, `@` left off."""
    declared = [name for person in item.mentions for name in (person.id, person.name)]
    written = [
        name.removeprefix("mention:").removeprefix("@")
        for tag in tags
        if tag.kind == "mention"
        for name in (tag.id, tag.label)
    ]
    return list(dict.fromkeys(declared + written))
