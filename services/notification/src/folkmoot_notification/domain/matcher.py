"""Finding the standing queries that a document matches, without trying them all.

Each query is filed under anchors, atoms of which a matching document must hold one
(Luwak's idea, 2013: search the queries by the document); candidates are then verified.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from folkmoot_query import Atom, Document, Node, anchors, matches
from folkmoot_query.syntax import Equals, Or, Word

FEW = 64
"""So many anchors are looked up one by one before all of a document's are made."""


class UnanchoredError(ValueError):
    """The query names nothing that an item must hold, so it matches almost anything."""


@dataclass(slots=True)
class _Compiled:
    """A query and the keys of all who asked the same.

    A `sure` one matches wherever one of its anchors is.
    """

    node: Node
    anchors: frozenset[Atom]
    sure: bool
    keys: set[str] = field(default_factory=set)


class Matcher:
    """Standing queries by key; equal queries are held and tried once."""

    def __init__(self) -> None:
        self._by_key: dict[str, _Compiled] = {}
        self._by_node: dict[Node, _Compiled] = {}
        self._by_atom: dict[Atom, dict[Node, _Compiled]] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def add(self, key: str, node: Node) -> None:
        """File a query, in place of what the key stood for; raises UnanchoredError."""
        compiled = self._by_node.get(node) or self._file(node)
        if self._by_key.get(key) is compiled:
            return
        self.remove(key)
        compiled.keys.add(key)
        self._by_key[key] = compiled

    def remove(self, key: str) -> None:
        """Take a query out; an unknown key is no error."""
        compiled = self._by_key.pop(key, None)
        if compiled is None:
            return
        compiled.keys.discard(key)
        if compiled.keys:
            return
        del self._by_node[compiled.node]
        for atom in compiled.anchors:
            del self._by_atom[atom][compiled.node]
            if not self._by_atom[atom]:
                del self._by_atom[atom]

    def match(self, document: Document) -> Iterator[str]:
        """Yield the key of each query that the document matches, once, in no order."""
        found: dict[Node, _Compiled] = {}
        for atom in self._anchors_in(document):
            found.update(self._by_atom[atom])
        for compiled in found.values():
            if compiled.sure or matches(compiled.node, document):
                yield from compiled.keys

    def _anchors_in(self, document: Document) -> Iterable[Atom]:
        """Return the anchors that a document holds, asking from the smaller side."""
        if len(self._by_atom) <= FEW:
            return filter(document.holds, self._by_atom)
        return self._by_atom.keys() & document.atoms

    def _file(self, node: Node) -> _Compiled:
        atoms = anchors(node)
        if atoms is None:
            raise UnanchoredError(
                "it must name a word, phrase or value that every match holds"
            )
        compiled = _Compiled(node, atoms, _sure(node))
        self._by_node[node] = compiled
        for atom in atoms:
            self._by_atom.setdefault(atom, {})[node] = compiled
        return compiled


def _sure(node: Node) -> bool:
    match node:
        case Word() | Equals(terms=()):
            return True
        case Or():
            return all(map(_sure, node.operands))
        case _:
            return False
