"""A Folkmoot on three nodes, and what is done to it under load."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from folkmoot.local.home import Home
from folkmoot.local.mongo import create_users, database_of
from folkmoot.local.ports import SERVICES
from folkmoot.local.services import service_programs
from folkmoot.local.supervisor import Process
from folkmoot.local.topics import create_topics, plans
from typing_extensions import override

from tests.support import chaos_recovery, ledger
from tests.support.chaos_effects import unread
from tests.support.chaos_faults import frozen, pause
from tests.support.chaos_load import Load, beside
from tests.support.chaos_moot import (
    COMPANY,
    Moot,
    Trial,
    known,
    nursery_in,
    quiet_ports,
)
from tests.support.chaos_nursery import Forked
from tests.support.chaos_recovery import Recoveries, Wound, longest_gap, recoveries
from tests.support.chaos_schedule import Fault
from tests.support.chaos_watch import Watch
from tests.support.conditions import until
from tests.support.three_nodes import NODES, ThreeNodes, three_nodes

Say = Callable[[str], None]

STEADY = 1.0
"""Seconds of peace between two faults."""
STOP_SECONDS = 60.0
REST_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Story:
    """What was done, and what came of it."""

    load: Load
    verdict: ledger.Verdict
    recovered: Sequence[Recoveries]

    @override
    def __str__(self) -> str:
        """Tell it as a table."""
        load, faults = self.load, sum(each.count for each in self.recovered)
        head = (
            f"{load.acknowledged} events acknowledged, {load.by_http} of them by HTTP; "
            f"{load.book.retried} requests sent again; {faults} faults"
        )
        told = (head, ledger.table(self.verdict), chaos_recovery.table(self.recovered))
        return "\n\n".join((*told, f"verdict: {self.verdict}"))


@dataclass(slots=True)
class Cluster:
    """Six processes that may be lost one at a time, and the services on them."""

    nodes: ThreeNodes
    moot: Moot

    async def campaign(
        self, trial: Trial, faults: Sequence[Fault], events: int, say: Say
    ) -> Story:
        """Commit faults under load, until there were so many events; then look."""
        moot = self.moot
        load = moot.load(trial, pause=0.2)
        load.publishers = 5
        watch = Watch(load, trial)
        wounds = []
        search = moot.url("search-index"), moot.token(trial.book.word)
        async with load.running(), beside(watch.searching(*search)):
            await watch.running()
            for number, fault in enumerate(faults, 1):
                wounds.append(await self._wound(fault, watch))
                say(f"{number}. {_told(wounds[-1], watch)}")
            await until(_so_many(load, events), seconds=3600, every=1)
        await self._rest(trial)
        verdict = await moot.verdict(trial, seconds=REST_SECONDS)
        return Story(load, verdict, recoveries(wounds, watch.streams))

    async def _wound(self, fault: Fault, watch: Watch) -> Wound:
        """Commit a fault; return once nothing is left of it."""
        part = await self._part(fault)
        began = time.monotonic()
        await self._commit(fault, part)
        await self.nodes.whole()
        await self.moot.ready(*SERVICES)
        await watch.running()
        ended = time.monotonic()
        dead = [process.program.name for process in self.nodes.supervisor.dead()]
        assert not dead, f"died by themselves: {dead}"
        await pause(STEADY)
        return Wound(fault, part, began, ended)

    async def _part(self, fault: Fault) -> str:
        who = fault.kind.name.split()[0]
        if who == "primary":
            return await asyncio.to_thread(self.nodes.elected)
        if who == "secondary":
            others = await asyncio.to_thread(self.nodes.secondaries)
            return others[int(fault.seconds * 1000) % len(others)]
        return fault.part

    async def _commit(self, fault: Fault, part: str) -> None:
        match fault.kind.name.split()[1:]:
            case ["killed"]:
                self.moot.part(part).kill()
                await pause(fault.seconds)
                await self.moot.revive(part)
            case ["frozen"]:
                async with frozen(self.moot, part):
                    await pause(fault.seconds)
            case ["restarted"]:
                process = self.moot.part(part)
                process.signal(signal.SIGTERM)
                await until(_ended(process), seconds=STOP_SECONDS)
                await self.moot.revive(part)
            case ["stepped", "down"]:
                await asyncio.to_thread(self.nodes.step_down, part)
            case unknown:
                raise AssertionError(unknown)

    async def _rest(self, trial: Trial) -> None:
        """Return once nothing is under way any more, or for too long."""
        places = self.moot.places(trial.book.word)

        async def nothing() -> bool:
            return not any((await unread(places)).values())

        await until(nothing, seconds=REST_SECONDS, every=1)


@contextlib.contextmanager
def cluster_in(folder: Path) -> Iterator[Cluster]:
    """Run three nodes of everything; services are started as they are needed."""
    home = Home(folder)
    credentials = home.credentials
    credentials.know((COMPANY,))
    credentials.write(home.credentials_file)
    credentials.write_key_file(home.api_keys_file)
    home.keys.ensure()
    with three_nodes(folder, credentials.mongo_admin) as nodes:
        create_users(nodes.admin_url, credentials.mongo)
        wanted = plans(partitions=NODES)
        asyncio.run(create_topics(nodes.kafka, wanted, replicas=NODES, limit=120))
        ports = quiet_ports(iter(SERVICES))
        broker, member = nodes.brokers["kafka-1"], nodes.members["mongod-1"]
        programs = {}
        for program in service_programs(home, broker, member, ports):
            name = program.name
            password, database = credentials.mongo[name], database_of(name)
            whole = {
                "FOLKMOOT_KAFKA_BOOTSTRAP": nodes.kafka,
                "FOLKMOOT_MONGO_URL": nodes.mongo_url(name, password, database),
            }
            programs[name] = known(home, program, whole)
        with nursery_in(home) as nursery:
            yield Cluster(
                nodes,
                Moot(
                    home,
                    nodes.supervisor,
                    nodes.kafka,
                    nodes.admin_url,
                    ports,
                    nursery,
                    programs,
                ),
            )


def _ended(process: Forked | Process) -> Callable[[], Awaitable[bool]]:
    async def ended() -> bool:
        return process.exit_code is not None

    return ended


def _so_many(load: Load, events: int) -> Callable[[], Awaitable[bool]]:
    async def so_many() -> bool:
        return load.by_http >= events

    return so_many


def _told(wound: Wound, watch: Watch) -> str:
    gaps = ", ".join(
        f"{name} {longest_gap(moments, wound.began, wound.ended):.2f} s"
        for name, moments in watch.streams.items()
    )
    took = wound.ended - wound.began
    return (
        f"{wound.fault.kind.name} ({wound.part}, {wound.fault.seconds:.1f} s): {gaps}; "
        f"well after {took:.1f} s; {watch.load.by_http} events"
    )
