import pytest
from folkmoot_ingest.gateways.archives.markup import render

FORMULA = (
    '<p>so <span class="katex"><span class="katex-mathml"><math><semantics>'
    "<mrow><mi>x</mi></mrow>"
    '<annotation encoding="application/x-tex">x^2</annotation></semantics>'
    '</math></span><span class="katex-html"><span>x2</span></span></span></p>'
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>One</p>\n<p>Two</p>", "One\n\nTwo"),
        ("<p>One<br>\ntwo</p>", "One\ntwo"),
        ("<p>a <em>b</em>   <strong>c</strong></p>", "a b c"),
        ("<p>1 &lt; 2 &amp;&amp; &eacute;&#128075;</p>", "1 < 2 && é\U0001f44b"),
        ("<ul><li>one</li><li>two</li></ul>", "* one\n* two"),
        ("<h1>Title</h1><p>Text</p>", "Title\n\nText"),
        ("<p>a</p><hr><p>b</p>", "a\n---\n\nb"),
        ("<p>see <code>a  b</code></p>", "see `a b`"),
        (
            '<div class="codehilite"><pre><code><b>def</b> f :=\n\n  1\n</code></pre>',
            "```\ndef f :=\n\n  1\n```",
        ),
        ("<blockquote><p>a</p><p>b</p></blockquote><p>c</p>", "> a\n>\n> b\n\nc"),
        (
            "<blockquote><blockquote><p>deep</p></blockquote></blockquote>",
            "> > deep",
        ),
        ('<span class="emoji" title="smile">:smile:</span>', ":smile:"),
        ('<img class="emoji" alt=":lean:" src="/x.png">', ":lean:"),
        (FORMULA, "so $$x^2$$"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 | 2"),
        ("<script>evil()</script><style>p{}</style>text", "text"),
        ("<p>never closed <b>bold", "never closed bold"),
        ("</p></div>stray", "stray"),
        ("a < b and <", "a < b and <"),
    ],
)
def test_html_becomes_what_its_author_typed(html: str, text: str) -> None:
    assert render(html).text == text


def test_links_keep_their_words_and_are_told_apart() -> None:
    found = render(
        '<a href="https://a.example">here</a> <a href="https://b.example">'
        'https://b.example</a> <a href="#narrow/stream/1">inside</a>'
    )
    assert found.text == "here https://b.example inside"
    assert found.links == [
        {"url": "https://a.example", "title": "here"},
        {"url": "https://b.example", "title": None},
    ]


def test_a_silent_mention_addresses_nobody() -> None:
    found = render(
        '<span class="user-mention" data-user-id="7">@Ada</span> '
        '<span class="user-mention silent" data-user-id="8">Bo</span> '
        '<span class="user-mention" data-user-id="*">@all</span>'
    )
    assert found.text == "@Ada Bo @all"
    assert found.mentions == [{"id": "7", "name": "Ada"}]


def test_depth_costs_no_more_than_length() -> None:
    assert render("<div><b>" * 50_000 + "x").text == "x"
    assert render("<blockquote>" * 50 + "x").text == "> " * 50 + "x"
