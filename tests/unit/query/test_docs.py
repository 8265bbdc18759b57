"""What the query language's pages say is so."""

import re
from pathlib import Path

import pytest
from folkmoot_query import QueryError, parse
from folkmoot_query.syntax import Everything

from tests.support.query_documents import FIELDS

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs/query-language.md").read_text()
README = (ROOT / "libs/query/README.md").read_text()


@pytest.mark.parametrize("query", re.findall(r"^\| `(.+?)` \|", GUIDE, re.MULTILINE))
def test_each_query_of_the_guide_is_one(query: str) -> None:
    assert query == "*" or not isinstance(parse(query, FIELDS), Everything)


@pytest.mark.parametrize(
    "example", re.findall(r"```text\n(.+?)\n```", GUIDE, re.DOTALL)
)
def test_each_error_of_the_guide_is_shown_as_it_is(example: str) -> None:
    query = example.splitlines()[1]

    with pytest.raises(QueryError) as error:
        parse(query, FIELDS)

    assert f"{error.value.message}\n{error.value.excerpt()}" == example


@pytest.mark.parametrize("name", list(FIELDS))
def test_the_guide_names_every_field(name: str) -> None:
    assert f"`{name}:" in GUIDE


def test_the_readme_example_runs() -> None:
    example = README.split("```python\n")[1].split("```")[0]

    exec(compile(example, "README.md", "exec"), {})  # noqa: S102  our own example
