"""End-to-end tests: one Folkmoot for all of them, a company of its own for each."""

from collections.abc import AsyncIterator

import pytest

from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver
from tests.support.whole import another_company, company, folkmoot, whole

__all__ = ["another_company", "company", "folkmoot", "whole"]


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    """Return a webhook's receiving end."""
    async with webhook_receiver() as listening:
        yield listening
