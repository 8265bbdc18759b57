"""What a publisher may say: the inbound contract, one model for every way in."""

from typing import Annotated, Literal, Self

from folkmoot_events import Attachment, Link
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.moments import Moment

ITEM_SUBMITTED = "folkmoot.item.submitted.v1"
ITEM_WITHDRAWN = "folkmoot.item.withdrawn.v1"

NO_SIZE = 2**63
"""A store's largest number, and one more."""

NativeId = Annotated[str, Field(min_length=1, max_length=1024)]
Name = Annotated[str, Field(min_length=1, max_length=256)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Person(_Value):
    """Somebody by the source's own id."""

    id: NativeId
    name: Name | None = None


def _as_person(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


def _as_link(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


def _as_hashtag(value: object) -> object:
    return value.removeprefix("#") if isinstance(value, str) else value


def _of_a_size(attachment: Attachment) -> Attachment:
    if attachment.size is not None and attachment.size >= NO_SIZE:
        raise ValueError("`size` is of no file")
    return attachment


class Submission(_Value):
    """One thing said, as its source knows it.

    Ids are the source's own. Fields of newer writers are ignored.
    """

    tool: Name | None = Field(default=None, description="Default: the source.")
    kind: Name = "message"
    native_id: NativeId
    conversation: NativeId | None = Field(
        default=None,
        description="Native id of the thread; None is a thread of its own.",
    )
    in_reply_to: NativeId | None = None
    author: Person | None = Field(
        default=None, description="Default: the source itself."
    )
    title: Annotated[str, Field(max_length=4096)] | None = None
    text: Annotated[str, Field(max_length=262_144)] = ""
    language: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,35}$")] | None = None
    links: tuple[Annotated[Link, BeforeValidator(_as_link)], ...] = Field(
        default=(), max_length=1000
    )
    mentions: tuple[Annotated[Person, BeforeValidator(_as_person)], ...] = Field(
        default=(), max_length=1000
    )
    hashtags: tuple[Annotated[Name, BeforeValidator(_as_hashtag)], ...] = Field(
        default=(), max_length=200
    )
    attachments: tuple[Annotated[Attachment, AfterValidator(_of_a_size)], ...] = Field(
        default=(), max_length=200
    )
    published: Moment | None = Field(
        default=None, description="Default: the event's `time`, else when captured."
    )
    edited: Moment | None = None
    visibility: tuple[Annotated[str, Field(max_length=512)], ...] | None = Field(
        default=None, max_length=200, description="Default: `company:<own>`."
    )
    permalink: Annotated[str, Field(max_length=4096)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not {"text", "title"} & self.model_fields_set:
            raise ValueError("needs `text`, or at least a `title`")
        return self


class Withdrawal(_Value):
    """A source took something back."""

    native_id: NativeId
    reason: Literal["deleted_at_source", "retention", "legal", "steward"] = (
        "deleted_at_source"
    )


def read_submission(data: object) -> Submission:
    """Check what was submitted. Raises Refused with a pointer to each fault."""
    try:
        return Submission.model_validate(data)
    except ValidationError as error:
        raise faults(error) from None


def read_withdrawal(data: object) -> Withdrawal:
    """Check a withdrawal. Raises Refused with a pointer to each fault."""
    try:
        return Withdrawal.model_validate(data)
    except ValidationError as error:
        raise faults(error) from None


def faults(error: ValidationError) -> Refused:
    """Say what is wrong and where, without quoting the content."""
    places = [
        {
            "pointer": "/" + "/".join(("data", *map(str, fault["loc"]))),
            "detail": fault["msg"].removeprefix("Value error, "),
        }
        for fault in error.errors(
            include_url=False, include_input=False, include_context=False
        )[:20]
    ]
    detail = "; ".join(f"{place['pointer']}: {place['detail']}" for place in places)
    return Refused(
        "invalid-item",
        "The event's data is not a valid item",
        detail,
        members={"errors": places},
    )
