# ruff: noqa: RUF001  letters that look alike are what these documents are about
"""Documents for the shared table of queries, and the fields that they have."""

from datetime import UTC, datetime, timedelta, timezone

from folkmoot_query import FieldTable, Keyword, Text, Time
from folkmoot_query.document import Value

FIELDS = FieldTable(
    {
        "title": Text(default=True),
        "text": Text(default=True),
        "company": Keyword(),
        "source": Keyword(),
        "author": Keyword(words=True),
        "tag": Keyword(),
        "tool": Keyword(),
        "kind": Keyword(),
        "conversation": Keyword(),
        "mention": Keyword(),
        "time": Time(),
    }
)

Documents = dict[str, dict[str, Value]]

TALK: Documents = {
    "borrow": {
        "title": "Rust without tears",
        "text": "The borrow checker rejects this loop. Moving the value out helped.",
        "company": "north",
        "source": "chat.north.example",
        "author": ["chat.north.example/17", "Ada Lovelace"],
        "tag": ["hashtag:rust", "Rust", "concept:memory-safety", "Memory safety"],
        "tool": "zulip",
        "kind": "note",
        "conversation": "cnv_1",
        "mention": ["grace@north.example"],
        "time": datetime(2026, 1, 15, 9, 30, tzinfo=UTC),
    },
    "leak": {
        "title": "Memory leak in the importer",
        "text": "It leaks 4 MB per run; valgrind shows the libraries are fine.",
        "company": "north",
        "source": "lists.north.example",
        "author": ["lists.north.example/grace", "Grace Hopper"],
        "tag": ["concept:memory-safety", "Memory safety"],
        "tool": "mbox",
        "kind": "message",
        "conversation": "cnv_2",
        "mention": [],
        "time": datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC),
    },
    "running": {
        "title": None,
        "text": "She ran, he runs, we were running: RUNNERS run read_csv daily.",
        "company": "south",
        "source": "south.slack.example",
        "author": ["U042", "Ada Yonath"],
        "tag": ["hashtag:running"],
        "tool": "slack",
        "kind": "note",
        "conversation": "cnv_3",
        "mention": ["U017", "U099"],
        "time": datetime(2026, 3, 1, tzinfo=UTC),
    },
    "split": {
        "title": "We moved the borrow",
        "text": "checker into its own module, and don't miss the team's old one.",
        "company": "south",
        "source": "south.slack.example",
        "author": ["U017", "Emmy Noether"],
        "tag": [],
        "tool": "slack",
        "kind": "reply",
        "conversation": "cnv_3",
        "time": datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    },
    "quotes": {
        "title": "Say \u201chello\u201d and NOT goodbye",
        "text": r"A path C:\temp, C++ and std::vector, e-mail at 12:30 (more or less).",
        "company": "north-west",
        "author": ["chat.north.example/99", "No\u00ebl O'Brien"],
        "tag": ["C++", "hashtag:c"],
        "tool": "zulip",
        "kind": "note",
        "time": datetime(2026, 3, 31, 22, 30, tzinfo=timezone(-timedelta(hours=5))),
    },
    "bare": {"text": "Nothing but text, memory of it included."},
}

SCRIPTS: Documents = {
    "tokyo": {"text": "東京都に住んでいます。", "author": ["t1", "田中 太郎"]},
    "kyoto": {"text": "京都大学で研究する", "tag": ["京都"]},
    "tower": {"text": "東京 Tower は高い", "title": "東京タワー"},
    "katakana": {"text": "ｶﾞｲﾄﾞを読む"},
    "cat": {"text": "うちの猫"},
    "seoul": {"text": "서울에서 만나요"},
    "jamo": {"text": "\u1109\u1165\u110b\u116e\u11af"},
    "thai": {"text": "ภาษาไทยง่าย"},
    "street": {"text": "Die STRASSE ist lang", "tag": ["Straße"]},
    "cafe": {"text": "un cafe\u0301 noir", "title": "Ｆｕｌｌ width"},
    "sigma": {"text": "ΟΔΥΣΣΕΥΣ", "author": ["ΝΊΚΟΣ"]},
    "hindi": {"text": "मैं हिन्दी बोलता हूँ"},
    "cyrillic": {"text": "Привет, МИР", "tag": "Привет"},
    "istanbul": {"text": "İstanbul'da buluşalım"},
    "persian": {"text": "می\u200cخواهم بروم"},
    "ligature": {"text": "the ﬁrst ofﬁce"},
    "soft": {"text": "a data\u00adbase"},
    "emoji": {"text": "shipped 🎉 today 👩\u200d💻"},
}

TIMES: Documents = {
    "2024": {"time": datetime(2024, 2, 29, 12, tzinfo=UTC)},
    "2025-end": {"time": datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)},
    "2026-start": {"time": datetime(2026, 1, 1, tzinfo=UTC)},
    "jan-15": {"time": datetime(2026, 1, 15, 10, 30, tzinfo=UTC)},
    "jan-31": {"time": datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)},
    "feb": {"time": datetime(2026, 2, 1, tzinfo=UTC)},
    "march": {"time": datetime(2026, 3, 31, 23, 30, tzinfo=UTC)},
    # Written in Berlin on the first of April, which is still March in UTC.
    "zoned": {"time": datetime(2026, 4, 1, 1, tzinfo=timezone(timedelta(hours=2)))},
    "never": {"text": "no time at all"},
}
