"""What can be searched, and what an item holds of it.

Standing queries are matched against the same fields by notification: a search and a
subscription of the same words find the same items.
"""

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


def searchable(item: Item, tags: tuple[Tag, ...]) -> dict[str, Value]:
    """Return what an item holds of each field."""
    return {
        "title": item.title,
        "text": item.text,
        "company": item.company,
        "source": item.source,
        "author": (item.author.id, item.author.name),
        "tag": [text for tag in tags for text in (tag.id, tag.label)],
        "tool": item.tool,
        "kind": item.kind,
        "conversation": item.conversation_id,
        "mention": _mentions(item, tags),
        "time": item.published,
    }


def _mentions(item: Item, tags: tuple[Tag, ...]) -> list[str]:
    declared = [text for person in item.mentions for text in (person.id, person.name)]
    written = [
        text.removeprefix("mention:").removeprefix("@")
        for tag in tags
        if tag.kind == "mention"
        for text in (tag.id, tag.label)
    ]
    return declared + written
