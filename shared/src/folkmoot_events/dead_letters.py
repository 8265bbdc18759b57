"""Stream `folkmoot.dead-letters.v1` (compacted): what operators did with dead letters.

Kafka cannot take a record out of a dead letter topic; this stream says which are done.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from folkmoot_events.envelope import Event, Moment, Revision

TOPIC = "folkmoot.dead-letters.v1"


class _Decision(Event):
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "dead_letter_id"

    dead_letter_id: Annotated[
        str,
        Field(
            description="`<dead letter topic>/<partition>/<offset>`.",
            examples=["folkmoot.items.v1.tagging.dlq/0/17"],
        ),
    ]
    revision: Revision = 1
    decided: Moment
    decided_by: str = Field(description="Who ran the command: a login name.")


class DeadLetterReplayed(_Decision):
    """A dead letter was put back into the topic that it came from."""

    type: ClassVar[str] = "folkmoot.dead-letter.replayed.v1"

    replayed_to: str = Field(description="`<topic>/<partition>/<offset>` of the copy.")


class DeadLetterDiscarded(_Decision):
    """A dead letter was given up."""

    type: ClassVar[str] = "folkmoot.dead-letter.discarded.v1"

    reason: str = Field(description="Why, in the operator's words.")
