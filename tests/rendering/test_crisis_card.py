"""The crisis card as a page: what it says, and that whatever was recorded stays words."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from domain.events.base import Event
from domain.policy import Policy, PolicyInvalid, policy_from_toml
from domain.policy.crises import CrisisCardPolicy
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from rendering.crisis_card import crisis_card
from rendering.html import NOTHING_FROM_ELSEWHERE
from tests.builders import History, crisis, folded, intake, moment, registered, safety_plan
from tests.rendering.reading_pages import addresses, elements, said, tree

WITH_LINE = Policy(crisis_card=CrisisCardPolicy(after_hours_line="(312) 555-0142 ext. 3"))
EVENING_OF_1_APRIL = "2026-04-02T03:00Z"
WHOLE = safety_plan(
    warning_signs=("Nights without sleep",),
    own_coping=("A walk by the lake", "Cold water"),
    people_and_places=("The library",),
    people_to_ask=("My sister Ines, 555-0117",),
    professionals=("Ana, 555-0101",),
    means_safety=("My brother keeps the key",),
)


def card(*events: Event, policy: Policy = WITH_LINE, at: str = EVENING_OF_1_APRIL) -> str:
    """The card of a client of whom these events tell."""
    history = History()
    for event in events:
        history.add(event, at="2026-03-02T15:00Z")
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), policy)
    assert isinstance(answer, CarePlanAnswer)
    return crisis_card(answer, policy, moment(at))


def test_r41_the_card_says_the_lines_and_the_current_plan() -> None:
    older = safety_plan(own_coping=("Counting to ten",))

    words = said(card(registered(preferred_name="Dee"), older, WHOLE))

    assert "Dee" in words
    for line in ("988 Suicide & Crisis Lifeline", "(312) 555-0142 ext. 3 our after-hours line", "911 when a life"):
        assert line in words
    for each in ("Nights without sleep", "A walk by the lake", "The library", "My sister Ines", "Ana, 555-0101"):
        assert each in words
    assert "Counting to ten" not in words
    assert "From my safety plan, version 2. Made on 1 April 2026." in words


def test_r41_without_a_safety_plan_the_card_says_so_kindly() -> None:
    words = said(card(registered()))

    assert "988" in words
    assert "There is no plan of yours here yet, and that is all right." in words
    assert "version" not in words


def test_a_card_can_be_made_before_the_client_is_registered() -> None:
    words = said(card(crisis(), WHOLE))

    assert "A walk by the lake" in words
    assert "Made on 2 April 2026." in words  # the organization's own day, here in UTC


def test_without_an_after_hours_line_there_is_room_to_write_one() -> None:
    html = card(registered(), WHOLE, policy=Policy())

    assert "our after-hours line" in said(html)
    assert [each.attrib for each in tree(html).iter("span")] == [{"class": "to-fill-in"}]


def test_a_lost_card_tells_on_nobody() -> None:
    words = said(card(registered(), intake(), WHOLE))

    assert "alcohol" not in words.lower()
    assert "My brother keeps the key" not in words


def test_a_step_that_says_nothing_has_no_heading() -> None:
    words = said(card(registered(), safety_plan(own_coping=("A walk",), warning_signs=())))

    assert "What I can do myself" in words
    assert "Signs that I need this card" not in words


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "</li></ul><img src=x onerror=alert(1)>",
        "\"'><a href='javascript:alert(1)'>call</a>",
        "{{ 7 * 7 }}{% include 'page.css' %}",
        "</style><!-- & &lt;",
    ],
)
def test_what_was_recorded_is_escaped(hostile: str) -> None:
    html = card(registered(preferred_name=hostile), safety_plan(own_coping=(hostile,), professionals=(hostile,)))
    plain = card(registered(preferred_name="x"), safety_plan(own_coping=("x",), professionals=("x",)))

    assert elements(html) == elements(plain)
    assert addresses(html) == addresses(plain)
    assert said(html).count(hostile) == 3


def test_controls_and_turned_text_are_made_visible() -> None:
    html = card(registered(), safety_plan(own_coping=("call \u202e7110-555", "a\u2066b")))

    assert "call \\u202e7110-555" in said(html)
    assert not set("\u202e\u2066") & set(html)


def test_lines_that_were_recorded_stay_lines() -> None:
    html = card(registered(), safety_plan(own_coping=("First this\nthen that",)))

    assert "First this\nthen that" in html


def test_the_page_runs_nothing_and_asks_no_other_host() -> None:
    html = card(registered(), WHOLE)

    assert addresses(html) == ["tel:988", "tel:3125550142,3", "tel:911"]
    assert not {"script", "link", "img", "iframe", "form"} & set(elements(html))
    assert not re.search(r"@import|url\(|\son\w+=|style=", html)
    style = tree(html).find("head/style")
    assert style is not None
    assert style.text
    digest = b64encode(sha256(style.text.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in NOTHING_FROM_ELSEWHERE
    assert [each.attrib["content"] for each in tree(html).iter("meta") if "http-equiv" in each.attrib] == [
        NOTHING_FROM_ELSEWHERE
    ]


@pytest.mark.parametrize("line", ["988", "555-0142", "(312) 555-0142", "+1 312 555 0142", "312.555.0142 ext. 12"])
def test_an_after_hours_line_is_a_number_to_dial(line: str) -> None:
    told = policy_from_toml(f'[crisis_card]\nafter_hours_line = "{line}"')

    assert told.crisis_card.after_hours_line == line


@pytest.mark.parametrize("line", ["", "12", "call us", "555-0142 or so", "5" * 41, "javascript:1", "555-0142\\n"])
def test_an_after_hours_line_that_cannot_be_dialled_is_refused(line: str) -> None:
    with pytest.raises(PolicyInvalid, match=r"crisis_card\.after_hours_line"):
        policy_from_toml(f'[crisis_card]\nafter_hours_line = "{line}"')
