"""From what a publisher said to the item that Folkmoot records."""

from datetime import datetime
from typing import NamedTuple

from folkmoot_events import Item, PersonRef

from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.identity import (
    Content,
    content_hash,
    conversation_id,
    item_id,
    person_id,
)
from folkmoot_ingest.domain.moments import is_future
from folkmoot_ingest.domain.submission import Person, Submission
from folkmoot_ingest.domain.visibility import visibility


class Origin(NamedTuple):
    """Whose submission it is: told by the publisher's credentials, never by itself."""

    company: str
    source: str
    time: datetime | None = None
    """The event's own time; stands in where the submission names none."""


def normalise(submission: Submission, origin: Origin, captured: datetime) -> Item:
    """Make the first revision of an item. Raises Refused."""
    company, source = origin.company, origin.source
    published = submission.published or origin.time or captured
    if is_future(submission.edited or published, captured):
        raise Refused(
            "future-time",
            "The item lies in the future",
            "`published`, `edited` and `time` may be at most one day ahead.",
        )
    content = _content(submission, origin)
    return Item(
        id=item_id(company, source, submission.native_id),
        revision=1,
        company=company,
        source=source,
        tool=submission.tool or source,
        native_id=submission.native_id,
        published=published,
        edited=submission.edited,
        captured=captured,
        content_hash=_hash(content),
        **content._asdict(),
    )


def _content(submission: Submission, origin: Origin) -> Content:
    company, source = origin.company, origin.source
    return Content(
        kind=submission.kind,
        conversation_id=conversation_id(
            company, source, submission.conversation or submission.native_id
        ),
        in_reply_to=submission.in_reply_to
        and item_id(company, source, submission.in_reply_to),
        author=_person(source, submission.author or Person(id=source)),
        title=submission.title,
        text=submission.text,
        language=submission.language,
        links=submission.links,
        mentions=tuple(_person(source, person) for person in submission.mentions),
        hashtags=submission.hashtags,
        attachments=submission.attachments,
        visibility=visibility(company, submission.visibility),
        permalink=submission.permalink,
    )


def _hash(content: Content) -> str:
    try:
        return content_hash(content)
    except ValueError:
        raise Refused(
            "invalid-item",
            "The event's data is not a valid item",
            "A link or attachment holds half of a surrogate pair.",
        ) from None


def version(item: Item) -> datetime:
    """When the source last changed an item."""
    return item.edited or item.published


def _person(source: str, person: Person) -> PersonRef:
    return PersonRef(id=person_id(source, person.id), name=person.name or person.id)
