"""A publisher in a pod: steady until it is told to stop, then its book is balanced.

`python -m tests.k8s.story` runs beside the services, so that nothing between it and
them comes and goes with their pods. It ends with the ledger and one JSON object.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
from folkmoot.deployment import SetupSettings
from folkmoot.local.home import Home
from folkmoot.local.keys import Person

from tests.support import chaos_effects
from tests.support.chaos_balance import Ledger
from tests.support.chaos_load import Load, ask_to_be_told
from tests.support.ledger import Book, table
from tests.support.webhook_receiver import WebhookReceiver

COMPANY = "north"
HOOK_PORT = 8200
STOP = Path("/tmp/stop")
TELL_EVERY = 10
REST_SECONDS = 180.0
PUBLISHERS = 8
"""So many that what one waits for an answer does not slow the others down."""
SHARE = 0.8
"""Of the rate that was asked for; with less, nothing is shown of it."""


@dataclass(slots=True)
class Story:
    """What is promised and where it is looked up, and the load that promises it."""

    ledger: Ledger
    load: Load


@contextlib.asynccontextmanager
async def begun() -> AsyncIterator[Story]:
    """Yield a story of its own: a source, a person, an inbox and a webhook."""
    word = f"w{uuid4().hex[:10]}"
    book = Book(COMPANY, f"chaos-{word}", word)
    home = Home(Path(os.environ["FOLKMOOT_HOME"]))
    token = home.keys.token(Person(word, COMPANY), seconds=4 * 3600)
    admin = SetupSettings().mongo_admin_url
    assert admin, "no administrator of MongoDB is named"
    kafka = os.environ["FOLKMOOT_KAFKA_BOOTSTRAP"]
    places = chaos_effects.Places(
        kafka, admin.get_secret_value(), os.environ["FOLKMOOT_SEARCH_INDEX_URL"], token
    )
    load = Load(
        book,
        os.environ["FOLKMOOT_INGEST_URL"],
        home.credentials.api_keys[COMPANY],
        kafka,
        publishers=PUBLISHERS,
    )
    receiver = WebhookReceiver(url=f"http://{os.environ['POD_IP']}:{HOOK_PORT}/in")
    server = await asyncio.start_server(receiver._serve, "0.0.0.0", HOOK_PORT)  # noqa: S104, SLF001  a pod's own address; its own way to serve
    async with server:
        await subscribe(book, token, receiver.url)
        marks = await chaos_effects.ends(places)
        try:
            yield Story(Ledger(book, places, marks, receiver), load)
        finally:
            server.close()
            # Else the end waits for whoever keeps a connection open.
            await receiver.close()


async def subscribe(book: Book, token: str, hook: str) -> None:
    """Let a person be told of everything, and a webhook of a part."""
    url = os.environ["FOLKMOOT_NOTIFICATION_URL"]
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=url, headers=headers, trust_env=False, timeout=30
    ) as client:
        await ask_to_be_told(client, book, hook)


async def keep_pace(load: Load, a_second: float) -> float:
    """Publish at a steady rate until told to stop; return the longest silence.

    What was missed while nobody answered is not caught up with.
    """
    began = told = time.monotonic()
    silence = quiet_since = 0.0
    before = load.acknowledged
    while not await asyncio.to_thread(STOP.exists):
        await asyncio.sleep(1)
        done, before = load.acknowledged - before, load.acknowledged
        load.pause = min(0.5, max(0.002, load.pause * max(0.5, done) / a_second))
        now = time.monotonic()
        quiet_since = 0.0 if done else (quiet_since or now - 1)
        silence = max(silence, now - quiet_since if quiet_since else 0.0)
        if now - told >= TELL_EVERY:
            told = now
            say(f"{now - began:4.0f} s: {load.acknowledged} acknowledged")
    return silence


def say(text: str) -> None:
    """Tell whoever reads the log."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def main(a_second: float) -> int:
    """Publish, balance the book and return the exit status."""
    async with begun() as story:
        began = time.monotonic()
        async with story.load.running():
            say("publishing")
            silence = await keep_pace(story.load, a_second)
        seconds = time.monotonic() - began
        verdict = await story.ledger.balanced(REST_SECONDS, every=1)
    rate = story.load.acknowledged / seconds
    say(table(verdict))
    say(str(verdict))
    figures = {
        "acknowledged": story.load.acknowledged,
        "seconds": round(seconds),
        "per_second": round(rate, 1),
        "retried": story.load.book.retried,
        "longest_silence": round(silence, 1),
        "lost": sum(len(a.lost) for a in verdict.accounts),
        "doubled": sum(len(a.doubled) for a in verdict.accounts),
        "phantom": sum(len(a.phantom) for a in verdict.accounts),
        "again_on_the_wire": sum(verdict.wire.values()),
        "balanced": verdict.is_balanced,
    }
    say(json.dumps(figures))
    if rate < SHARE * a_second:
        say(f"too slow: {rate:.1f} items a second, {a_second:g} were asked for")
        return 1
    return 0 if verdict.is_balanced else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(float(sys.argv[1]))))
