"""Reads a SKOS vocabulary from a Turtle file, plain or gzipped."""

import gzip
from collections import defaultdict
from hashlib import sha256
from pathlib import Path
from typing import cast

from rdflib import DCTERMS, OWL, RDF, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from folkmoot_tagging.domain.concepts import Concept, Label, Thesaurus

_VERSION_DIGITS = 12

Statements = dict[Node, list[Node]]


def version_of(path: Path) -> str:
    """The version of a vocabulary file: the head of its content's SHA-256."""
    return sha256(path.read_bytes()).hexdigest()[:_VERSION_DIGITS]


def read_thesaurus(path: Path) -> Thesaurus:
    """Parse the file: some 25,000 statements a second, so keep it off the loop.

    Raises OSError or rdflib's parser errors, where the file cannot be read.
    """
    content = path.read_bytes()
    version = sha256(content).hexdigest()[:_VERSION_DIGITS]
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    graph = Graph()
    graph.parse(data=content, format="turtle")
    outdated = {
        subject
        for subject, value in graph.subject_objects(OWL.deprecated)
        if cast("Literal", value).value is True
    }
    concepts = (
        _concept(graph, subject)
        for subject in set(graph.subjects(RDF.type, SKOS.Concept)) - outdated
        if isinstance(subject, URIRef)
    )
    return Thesaurus(
        version=version,
        concepts=tuple(sorted(concepts, key=lambda concept: concept.id)),
        replaced={str(one): _replacement(graph, one) for one in outdated},
    )


def _concept(graph: Graph, subject: Node) -> Concept:
    said: defaultdict[Node, list[Node]] = defaultdict(list)
    for predicate, value in graph.predicate_objects(subject):
        said[predicate].append(value)
    return Concept(
        id=str(subject),
        preferred=_labels(said, SKOS.prefLabel),
        alternative=_labels(said, SKOS.altLabel),
        scheme=next(iter(_uris(said, SKOS.inScheme)), None),
        broader=_uris(said, SKOS.broader),
        related=_uris(said, SKOS.related),
        exact_match=_uris(said, SKOS.exactMatch),
    )


def _labels(said: Statements, predicate: URIRef) -> tuple[Label, ...]:
    labels = (
        Label(str(value), value.language)
        for value in said.get(predicate, ())
        if isinstance(value, Literal)
    )
    return tuple(sorted(labels, key=lambda label: (label.language or "", label.text)))


def _uris(said: Statements, predicate: URIRef) -> tuple[str, ...]:
    values = said.get(predicate, ())
    return tuple(sorted(str(one) for one in values if isinstance(one, URIRef)))


def _replacement(graph: Graph, outdated: Node) -> str | None:
    value = graph.value(outdated, DCTERMS.isReplacedBy)
    return None if value is None else str(value)
