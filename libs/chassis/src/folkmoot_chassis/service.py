"""A service: everything assembled, started in order, stopped in the reverse of it."""

import asyncio
import gc
import logging
import signal
from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter, Depends
from faststream.kafka import KafkaBroker
from opentelemetry.sdk.trace.export import SpanExporter
from prometheus_client import CollectorRegistry

from folkmoot_chassis import failpoints, kafka, mongo
from folkmoot_chassis.auth import make_verifier
from folkmoot_chassis.background import Task, persist, supervise
from folkmoot_chassis.consumer import Consumer
from folkmoot_chassis.decoding import Handler, Route
from folkmoot_chassis.fuse import Fuse
from folkmoot_chassis.health import Health, Progress
from folkmoot_chassis.http import Server, make_app, own_routes
from folkmoot_chassis.inbox import Inbox
from folkmoot_chassis.leases import Leases
from folkmoot_chassis.logs import configure_logs
from folkmoot_chassis.messages import EventModel
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.outbox import Outbox
from folkmoot_chassis.probes import Probes
from folkmoot_chassis.problems import not_now
from folkmoot_chassis.relay import Relay
from folkmoot_chassis.retry import Backoff
from folkmoot_chassis.sessions import Sessions
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_chassis.telemetry import Telemetry
from folkmoot_chassis.transactions import Transactor
from folkmoot_chassis.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

STOP_SECONDS = 27.0
"""What finishing may take of the thirty seconds that a stop has in all."""


class Service:
    """One service process, assembled but not started.

    `name` is the service's name in topics, groups and databases.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        name: str,
        version: str,
        summary: str = "",
        span_exporter: SpanExporter | None = None,
    ) -> None:
        self.settings = settings
        self.name = name
        self.metrics_registry = CollectorRegistry()
        self.metrics = Metrics(self.metrics_registry)
        self.telemetry = Telemetry(name, settings, span_exporter)
        self._client = mongo.connect(settings.mongo_url.get_secret_value(), name)
        database = settings.mongo_database or f"folkmoot_{name.replace('-', '_')}"
        self.database = mongo.database(self._client, database)
        self.stopping = asyncio.Event()
        self.outbox = Outbox(self.database, settings.outbox_shards)
        self.inbox = Inbox(self.database, timedelta(days=settings.inbox_days))
        self.relay = self._make_relay()
        self.sessions = Sessions(
            self._client, self.database, settings.instance, settings.outbox_lease
        )
        self.transactor = Transactor(
            self.sessions,
            self.outbox,
            source=f"/folkmoot/{name}",
            limit=settings.record_max_bytes,
            committed=self.relay.offer,
        )
        self.health = Health()
        self.app = make_app(
            name,
            version,
            summary=summary,
            verifier=make_verifier(settings),
            telemetry=self.telemetry,
            metrics=self.metrics,
        )
        self.app.include_router(own_routes(self.health, self.metrics_registry))
        self._routes: dict[str, Route] = {}
        self._prepare: list[Task] = [
            self.sessions.prepare,
            self.inbox.prepare,
            self.outbox.prepare,
        ]
        self._background: dict[str, tuple[Task, Progress | None]] = {}
        self._prepared = False
        self._broker: KafkaBroker | None = None

    @property
    def routes(self) -> Mapping[str, Route]:
        """What is consumed, by topic."""
        return self._routes

    @property
    def in_hand(self) -> int:
        """How many records are being handled, once it has started."""
        return self._consumer.in_hand

    def consume(self, topic: str, handlers: Mapping[type[EventModel], Handler]) -> None:
        """Hand the events of a topic to their handlers; other types are skipped."""
        by_type = {model.type: (model, handler) for model, handler in handlers.items()}
        self._routes[topic] = Route(by_type)

    def consume_any(self, topic: str, handler: Handler) -> None:
        """Hand every CloudEvent of a topic, whatever its type, to one handler."""
        self._routes[topic] = Route({}, handler)

    def mount(self, router: APIRouter) -> None:
        """Answer HTTP requests by a router."""
        self.app.include_router(router, dependencies=[Depends(self._require_prepared)])

    def prepare(self, action: Task) -> None:
        """Await an action at start, before anything is consumed or answered."""
        self._prepare.append(action)

    def prepared(self) -> None:
        """Let requests in: what answers them is there."""
        self._prepared = True

    def background(
        self, name: str, task: Task, progress: Progress | None = None
    ) -> None:
        """Run a task for as long as the service runs; it is cancelled at the stop.

        A service whose `progress` grows old, once the task runs, is not alive.
        """
        self._background[name] = task, progress

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, then stop gracefully."""
        settings = self.settings
        configure_logs(self.name, settings.instance, settings.log_level)
        failpoints.arm_from_environment()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        await self.start()
        await self.stopping.wait()
        await self.stop()

    async def start(self) -> None:
        """Start everything, sources of work last."""
        self._tasks: list[asyncio.Task[None]] = []
        settings = self.settings
        self._server = Server(self.app)
        consumer = self._make_consumer()
        probes = Probes(self, consumer)
        probes.install(self.health)
        self.health.told["keys"] = self.app.state.verifier.check
        self._serving = self._server.listen(settings.http_host, settings.http_port)
        # Waiting for MongoDB is being alive, however long it takes.
        self._spawn("turn", probes.turn)
        for action in self._prepare:
            await persist(action, self.stopping)
        self.prepared()
        lease = settings.outbox_lease
        self._spawn("sessions", self.sessions.watch)
        self._spawn("leases", lambda: self.relay.keep_leases(lease / 3))
        self._spawn("relay", self.relay.run)
        self._spawn("probes", probes.run)
        for name, (task, progress) in self._background.items():
            self._spawn(name, task)
            if progress:
                progress.stamp()
                self.health.alive[name] = progress.check
        if consumer:
            self._spawn("lag", probes.lag.run)
            await persist(self._start_broker, self.stopping)
        spare_collections()
        if not self.stopping.is_set():
            logger.info("%s is up", self.name)

    async def stop(self) -> None:
        """Finish what is in hand, publish what is committed, let go of everything.

        What is not done in time is left, unacknowledged, to whoever comes next.
        """
        self.stopping.set()
        self.health.stopping = True
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._finish()
        except TimeoutError:
            logger.warning("%s stops with work in hand", self.name)
            for task in self._tasks:
                task.cancel()
            self.relay.cancel()
        await asyncio.to_thread(self.telemetry.shutdown)
        self._client.close()
        logger.info("%s has stopped", self.name)

    async def _finish(self) -> None:
        # At once: each may take its time.
        ends = [self._server.stop(self._serving)]
        if self._broker:
            ends.append(self._broker.stop())
        for error in await asyncio.gather(*ends, return_exceptions=True):
            if error:
                logger.error("it did not stop cleanly: %s", type(error).__name__)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.relay.stop()

    async def _require_prepared(self) -> None:
        """Keep callers waiting until what was prepared can answer rightly."""
        if not self._prepared:
            raise not_now("The service is starting.")

    def _make_relay(self) -> Relay:
        settings = self.settings
        leases = Leases(
            self.database,
            owner=settings.instance,
            shards=settings.outbox_shards,
            seconds=settings.outbox_lease,
        )
        return Relay(
            self.outbox,
            leases,
            lambda: kafka.make_producer(settings),
            telemetry=self.telemetry,
            metrics=self.metrics,
            poll=settings.outbox_poll,
        )

    def _make_consumer(self) -> Consumer | None:
        if not self._routes:
            return None
        settings = self.settings
        unit = UnitOfWork(
            service=self.name,
            transactor=self.transactor,
            inbox=self.inbox,
            telemetry=self.telemetry,
            metrics=self.metrics,
            backoff=Backoff(
                settings.retry_attempts, settings.retry_base, settings.retry_cap
            ),
            fuses={
                topic: Fuse(
                    window=settings.fuse_window,
                    ratio=settings.fuse_ratio,
                    in_a_row=settings.fuse_in_a_row,
                )
                for topic in self._routes
            },
            stopping=self.stopping,
            progress=Progress(settings.stall_timeout),
        )
        consumer = Consumer(self._routes, unit, settings=settings, metrics=self.metrics)
        self._consumer = consumer
        return consumer

    async def _start_broker(self) -> None:
        """Join the group; a topic that is not known yet makes the next try work."""
        self._broker = kafka.make_broker(self.settings)
        self._consumer.attach(self._broker, f"folkmoot-{self.name}")
        try:
            await self._broker.start()
        except BaseException:
            await self._broker.stop()
            self._broker = None
            raise

    def _spawn(self, name: str, task: Task) -> None:
        self._tasks.append(asyncio.create_task(supervise(name, task)))


def spare_collections() -> None:
    """Look for cyclic garbage seldom.

    A batch makes tens of thousands of objects that die with it, by reference counting;
    each full collection would walk through all that the process has imported.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(250_000, 20, 50)
