"""The events of Folkmoot: schemas, and nothing else."""

from folkmoot_events.authority import AuthorityAssessed, Component
from folkmoot_events.dead_letters import DeadLetterDiscarded, DeadLetterReplayed
from folkmoot_events.deliveries import (
    NotificationDelivered,
    NotificationFailed,
    NotificationRead,
)
from folkmoot_events.engagements import EngagementRecorded, EngagementWithdrawn
from folkmoot_events.envelope import Envelope, Event, Frozen, PersonRef
from folkmoot_events.item_tags import ItemFlagged, ItemTagged, Span, Tag
from folkmoot_events.items import (
    Attachment,
    Item,
    ItemCaptured,
    ItemRevised,
    Link,
)
from folkmoot_events.people import PersonUpdated
from folkmoot_events.retractions import ItemRetracted
from folkmoot_events.reviews import (
    ItemExpired,
    ItemHeld,
    ItemLabelled,
    ItemReleased,
    ItemVerified,
)
from folkmoot_events.searches import ResultOpened, SearchPerformed
from folkmoot_events.topics import EVENTS, INBOUND, TOPICS, Topic
from folkmoot_events.vocabulary import ConceptChanged, ConceptRetired, Label

__all__ = [
    "EVENTS",
    "INBOUND",
    "TOPICS",
    "Attachment",
    "AuthorityAssessed",
    "Component",
    "ConceptChanged",
    "ConceptRetired",
    "DeadLetterDiscarded",
    "DeadLetterReplayed",
    "EngagementRecorded",
    "EngagementWithdrawn",
    "Envelope",
    "Event",
    "Frozen",
    "Item",
    "ItemCaptured",
    "ItemExpired",
    "ItemFlagged",
    "ItemHeld",
    "ItemLabelled",
    "ItemReleased",
    "ItemRetracted",
    "ItemRevised",
    "ItemTagged",
    "ItemVerified",
    "Label",
    "Link",
    "NotificationDelivered",
    "NotificationFailed",
    "NotificationRead",
    "PersonRef",
    "PersonUpdated",
    "ResultOpened",
    "SearchPerformed",
    "Span",
    "Tag",
    "Topic",
]
