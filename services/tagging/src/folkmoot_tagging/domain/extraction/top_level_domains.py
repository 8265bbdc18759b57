"""The top-level domains that exist, from the Public Suffix List's ICANN section.

The list comes with the `publicsuffixlist` distribution, which follows the original
every week; nothing is fetched at run time.
"""

from functools import cache
from importlib.resources import files

_ICANN_END = "// ===END ICANN DOMAINS==="


@cache
def top_level_domains() -> frozenset[str]:
    """Every top-level domain, folded, in letters and in its `xn--` form."""
    found: set[str] = set()
    data = files("publicsuffixlist").joinpath("public_suffix_list.dat")
    for line in data.read_text(encoding="utf-8").splitlines():
        if line == _ICANN_END:
            break
        if line and not line.startswith("//"):
            found.add(line.strip().rpartition(".")[2])
    return frozenset(found | {_in_ascii(label) for label in found})


def _in_ascii(label: str) -> str:
    if label.isascii():
        return label
    return "xn--" + label.encode("punycode").decode("ascii")
