"""`/v1/subscriptions`: what a person wants to be told of."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Header
from folkmoot_chassis.problems import Problem
from folkmoot_events import Frozen
from folkmoot_query import QueryError
from pydantic import Field, model_validator

from folkmoot_notification.api.answers import SubscriptionAnswer
from folkmoot_notification.api.callers import Caller
from folkmoot_notification.domain.matcher import UnanchoredError
from folkmoot_notification.ports import Subscriptions
from folkmoot_notification.use_cases.subscribe import (
    ReusedKeyError,
    Subscribe,
    TooManyError,
    UnknownEndpointError,
    Unsubscribe,
    Wish,
)

IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)
]


class SubscriptionBody(Frozen):
    """Exactly one of an expression, a conversation's id, and mentions of the caller."""

    expression: str | None = Field(default=None, min_length=1, max_length=4096)
    conversation: str | None = Field(default=None, pattern=r"^\S{1,200}$")
    mention: Literal["me"] | None = None
    endpoint_id: str | None = Field(default=None, max_length=64)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = (self.expression, self.conversation, self.mention)
        if sum(value is not None for value in given) != 1:
            raise ValueError("give one of expression, conversation and mention")
        return self

    def wish(self) -> Wish:
        """Return what is asked for."""
        if self.expression is not None:
            return Wish("expression", self.expression, self.endpoint_id)
        if self.conversation is not None:
            return Wish("conversation", self.conversation, self.endpoint_id)
        return Wish("mention", "", self.endpoint_id)


def subscription_routes(
    subscribe: Subscribe, unsubscribe: Unsubscribe, subscriptions: Subscriptions
) -> APIRouter:
    """Return the routes of subscriptions."""
    router = APIRouter(prefix="/subscriptions")

    @router.post("", status_code=201)
    async def create(
        body: SubscriptionBody, reader: Caller, key: IdempotencyKey = None
    ) -> SubscriptionAnswer:
        """Ask to be told of what will match."""
        try:
            return SubscriptionAnswer.of(await subscribe(reader, body.wish(), key))
        except Exception as error:
            raise _problem(error) from error

    @router.get("")
    async def own(reader: Caller) -> dict[str, list[SubscriptionAnswer]]:
        """Show the caller's own, oldest first."""
        owned = await subscriptions.owned_by(reader.person)
        return {"items": [SubscriptionAnswer.of(one) for one in owned]}

    @router.get("/{subscription_id}")
    async def one(subscription_id: str, reader: Caller) -> SubscriptionAnswer:
        """Show one of the caller's own."""
        found = await subscriptions.find(subscription_id, reader.person)
        if found is None:
            raise Problem(404, "not-found", "There is no such subscription")
        return SubscriptionAnswer.of(found)

    @router.delete("/{subscription_id}", status_code=204)
    async def delete(subscription_id: str, reader: Caller) -> None:
        """Ask to be told no more."""
        if not await unsubscribe(subscription_id, reader):
            raise Problem(404, "not-found", "There is no such subscription")

    return router


def _problem(error: Exception) -> Exception:
    """Return the problem that tells of an error; the error itself where none does."""
    match error:
        case QueryError():
            return Problem(
                400,
                "invalid-query",
                "The expression cannot be read",
                error.message,
                position=error.position,
                length=error.length,
                excerpt=error.excerpt(),
            )
        case UnanchoredError():
            return Problem(
                400,
                "unanchored-query",
                "The expression would have to be tried on every item",
                str(error),
            )
        case TooManyError():
            return Problem(409, "too-many", "No more subscriptions", str(error))
        case UnknownEndpointError():
            return Problem(422, "unknown-endpoint", "There is no such webhook")
        case ReusedKeyError():
            title = "The idempotency key was used for another request"
            return Problem(422, "idempotency-key-reused", title)
        case _:
            return error
