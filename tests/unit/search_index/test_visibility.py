from datetime import timedelta

from folkmoot_query import parse
from folkmoot_search_index.domain.documents import Document, document_of
from folkmoot_search_index.domain.fields import FIELDS
from folkmoot_search_index.domain.readers import Reader, reader
from folkmoot_search_index.domain.searches import Ranked, Search, Sort
from folkmoot_search_index.ports import SearchIndex
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.search_indexes import index_of
from tests.support.tagged_items import MOMENT, a_tag, an_item, tagged

COMPANIES = ("north", "south", "east")
GROUPS = ("design", "north/design")
PRINCIPALS = (
    "everyone",
    *(f"company:{company}" for company in COMPANIES),
    *(f"group:{company}/{group}" for company in COMPANIES for group in GROUPS),
    "person:ada",
    "person:grace",
)
QUERIES = ("", "rust", "rust OR memory", "-rust", "company:south", "tag:hashtag:memory")

readers = st.builds(
    reader,
    st.sampled_from(("ada", "grace", "emmy")),
    st.sampled_from(COMPANIES),
    st.sets(st.sampled_from(GROUPS)),
)


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    made = []
    for number in range(draw(st.integers(1, 14))):
        company = draw(st.sampled_from(COMPANIES))
        words = draw(st.lists(st.sampled_from(("rust", "memory")), unique=True))
        item = an_item(
            f"itm_{number}",
            company=company,
            source=f"chat.{company}.example",
            text=" ".join(("word", *words)),
            title=None,
            published=MOMENT + timedelta(minutes=draw(st.integers(0, 3))),
            visibility=tuple(
                draw(st.lists(st.sampled_from(PRINCIPALS), min_size=1, max_size=3))
            ),
        )
        tags = tuple(a_tag(f"hashtag:{word}", word) for word in words)
        made.append(document_of(tagged(item, tags=tags)))
    return made


async def answer(index: SearchIndex, query: str, who: Reader, sort: Sort) -> Ranked:
    return await index.search(Search(parse(query, FIELDS), who, 50, sort))


@settings(max_examples=30, deadline=None)
@given(everything=documents(), who=readers, query=st.sampled_from(QUERIES))
async def test_a_reader_finds_what_an_index_of_theirs_alone_would_hold(
    everything: list[Document], who: Reader, query: str
) -> None:
    theirs = [each for each in everything if who.may_read(each.item.visibility)]
    async with index_of(everything) as shared, index_of(theirs) as own:
        found = await answer(shared, query, who, "newest")
        alone = await answer(own, query, who, "newest")
        assert found == alone
        by_relevance = await answer(shared, query, who, "relevance")
        assert set(by_relevance.hits) == set(alone.hits)
        assert (by_relevance.total, by_relevance.facets) == (alone.total, alone.facets)
        count = await shared.count(parse(query, FIELDS), who)
        assert count == alone.total


async def test_a_facet_tells_nothing_of_a_company_that_the_reader_does_not_see() -> (
    None
):
    secret = an_item("itm_2", company="south", visibility=("company:south",))
    tags = (a_tag("hashtag:merger", "merger"),)
    shown = [document_of(tagged(an_item()))]
    hidden = [document_of(tagged(secret, tags=tags))]
    async with index_of(shown + hidden) as index:
        found = await answer(index, "", reader("ada", "north", ()), "relevance")
    assert found.total == 1
    assert [each.value for each in found.facets["company"]] == ["north"]
    assert found.facets["tag"] == ()
