"""Hashtags, mentions and links, as people write them into plain text."""

from folkmoot_tagging.domain.extraction.scanner import extract
from folkmoot_tagging.domain.extraction.signals import Hashtag, Link, Mention, Signals

__all__ = ["Hashtag", "Link", "Mention", "Signals", "extract"]
