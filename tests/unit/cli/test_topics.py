"""The topics that are made are those that are declared."""

from folkmoot.local.topics import plans
from folkmoot_events import INBOUND, TOPICS

PLANS = {plan.name: plan for plan in plans()}


def test_every_topic_and_every_consumers_dead_letters_are_made() -> None:
    wanted = {topic.name for topic in TOPICS}
    wanted |= {name for topic in TOPICS for name in topic.dead_letters.values()}
    assert PLANS.keys() == wanted


def test_topics_are_kept_as_declared() -> None:
    for topic in TOPICS:
        configs = PLANS[topic.name].configs
        assert configs["max.message.bytes"] == str(topic.max_bytes)
        compacted = topic.retention_ms is None
        assert configs["cleanup.policy"] == ("compact" if compacted else "delete")
        assert configs.get("retention.ms") == (
            None if compacted else str(topic.retention_ms)
        )


def test_what_strangers_send_is_unpacked_by_the_broker() -> None:
    unpacked = {
        name
        for name, plan in PLANS.items()
        if plan.configs.get("compression.type") == "uncompressed"
    }
    assert unpacked == {INBOUND}


def test_dead_letters_have_room_partitions_and_time() -> None:
    for topic in TOPICS:
        for name in topic.dead_letters.values():
            letters = PLANS[name]
            assert letters.partitions == topic.partitions
            assert int(letters.configs["max.message.bytes"]) == 8 * 1024 * 1024
            assert int(letters.configs["retention.ms"]) == 90 * 86_400_000


def test_fewer_partitions_may_be_asked_for() -> None:
    assert {plan.partitions for plan in plans(partitions=2)} == {2}
