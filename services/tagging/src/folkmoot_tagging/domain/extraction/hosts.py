"""Tells where a host name ends, if it is one."""

import re

from folkmoot_tagging.domain.extraction.top_level_domains import top_level_domains

LONGEST_LABEL = 63
_EDGES = ("-", "_")
_ASCII_HEAD = re.compile(r"[A-Za-z0-9-]+")


def host_end(host: str, *, glued: bool = True) -> int | None:
    """Length of the longest head that ends in a top-level domain, else None.

    With `glued`, words of an unspaced script may follow without a space.
    """
    labels = host.split(".")
    end = len(host)
    for index in range(len(labels) - 1, 0, -1):
        label = labels[index]
        length = _suffix_length(label, glued=glued)
        if length is not None and _valid(labels[:index]):
            return end - len(label) + length
        if not glued:
            return None
        end -= len(label) + 1
    return None


def _suffix_length(label: str, *, glued: bool) -> int | None:
    """How much of the label is a top-level domain: all, or what other words follow."""
    domains = top_level_domains()
    if label.lower() in domains:
        return len(label)
    if label.isascii():
        return None
    head = _ASCII_HEAD.match(label)
    if head:
        known = glued and head[0].lower() in domains and label[head.end()] != "_"
        return head.end() if known else None
    for length in range(min(len(label), LONGEST_LABEL) - 1, 0, -1):
        follower = label[length]
        if label[:length] in domains and not (follower.isascii() or follower == "_"):
            return length
    return None


def _valid(labels: list[str]) -> bool:
    """Check the labels before the top-level domain."""
    if "_" in labels[-1]:
        return False
    for label in labels:
        if not label or label[0] in _EDGES or label[-1] in _EDGES:
            return False
        if len(label) > LONGEST_LABEL:
            return False
        if not label.isascii() and not _encodable(label):
            return False
    return True


def _encodable(label: str) -> bool:
    """Say whether the label fits the DNS as `xn--`, and is not in it yet."""
    if label[:4].lower() == "xn--":
        return False
    return len(label.encode("punycode")) + len("xn--") <= LONGEST_LABEL
