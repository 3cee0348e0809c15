"""What is asked with instruments and tested in specimens: at intake, and again and again."""

from typing import Any

from domain.events.screening import ScreeningScored
from domain.events.toxicology import ToxicologyResult, ToxicologyResulted
from domain.instruments.audit_c import AuditCAnswers
from domain.instruments.bam import BamAnswers
from domain.instruments.barc10 import Barc10Answers
from domain.instruments.dast10 import Dast10Answers
from domain.instruments.gad7 import Gad7Answers
from domain.instruments.phq9 import Phq9Answers, asks_for_cssrs
from domain.instruments.screener import CssrsScreening, ScreenerAnswers
from domain.vocabulary.people import Role
from domain.vocabulary.screening import SexForBand
from domain.vocabulary.substances import Substance
from domain.vocabulary.toxicology import Analyte, Finding, Specimen
from samples.simulation.chance import Chance
from samples.simulation.crises import screener_answers
from samples.simulation.entry_writer import Written
from samples.simulation.simulated_client import SimulatedClient

_TESTED = 0.5
"""Of so many clients specimens are taken, every other week at first and then every month (ASAM 2017 asks for tests
more often early and rarer later; how many are tested is our choice)."""

_FOUND_BY = {
    Substance.ALCOHOL: Analyte.ALCOHOL_METABOLITE,
    Substance.HEROIN: Analyte.HEROIN_METABOLITE,
    Substance.FENTANYL: Analyte.FENTANYL,
    Substance.OPIOIDS: Analyte.OPIATES,
    Substance.COCAINE: Analyte.COCAINE,
    Substance.METHAMPHETAMINE: Analyte.METHAMPHETAMINE,
    Substance.CANNABIS: Analyte.CANNABINOIDS,
    Substance.SEDATIVES: Analyte.BENZODIAZEPINES,
}

_SEEN_FOR_DAYS = 3
"""About so long after use a test of urine is positive; for some substances much longer."""

_PENDING = 0.06

_ITEM_LEFT_OUT = 0.03
"""How often a question stays open. Our choice."""


def begin_asking(story: SimulatedClient, hour: float) -> None:
    """At intake: depression and anxiety, drinking or drugs; what is tested and asked later goes on the agenda."""
    chance = story.chance
    _ask_about_depression(story, hour)
    if chance.happens(0.7):
        _score(story, Gad7Answers(**_answers(chance, 7, 0, 3, 1.2)), hour + 0.2)
    if Substance.ALCOHOL in story.substances:
        sex = chance.one((SexForBand.FEMALE, SexForBand.MALE, SexForBand.MALE))
        _score(story, AuditCAnswers(sex=sex, **_answers(chance, 3, 0, 4, 2.6)), hour + 0.3)
    else:
        said: dict[str, Any] = {
            f"q{n}": chance.happens(0.55) if chance.happens(1 - _ITEM_LEFT_OUT) else None for n in range(1, 11)
        }
        _score(story, Dast10Answers(**said), hour + 0.3)
    story.later(chance.whole(25, 35), _ask_again)
    if chance.happens(_TESTED):
        story.later(chance.whole(0, 7), _test)


def _ask_again(story: SimulatedClient) -> None:
    """About once a month; the instruments take turns."""
    chance = story.chance
    hour = story.working_hour()
    draw = chance.random()
    if draw < 0.4:
        _ask_about_depression(story, hour)
    elif draw < 0.75:
        said = _answers(chance, 17, 0, 4, 0.5 + story.craving / 5)
        said.pop("q7", None)
        _score(story, BamAnswers(**said), hour)
    else:
        _score(story, Barc10Answers(**_answers(chance, 10, 1, 6, 5 - story.craving / 4)), hour)
    story.later(chance.whole(25, 40), _ask_again)


def _ask_about_depression(story: SimulatedClient, hour: float) -> None:
    """Where thoughts of death are told of, the Columbia screener is asked, most often on the same day."""
    chance = story.chance
    said = _answers(chance, 8, 0, 3, (10 - story.mood) / 4.5)
    answers = Phq9Answers(**said, q9=chance.whole(1, 3) if chance.happens(0.12) else 0)
    _score(story, answers, hour)
    if asks_for_cssrs(answers) and chance.happens(0.85):
        _score(story, CssrsScreening(**screener_answers(chance)), hour + 0.4)


def _score(story: SimulatedClient, answers: ScreenerAnswers, hour: float) -> None:
    story.write(ScreeningScored(answers=answers, asked_by=Role.COUNSELOR), hour, story.team.counselor)


def _answers(chance: Chance, questions: int, least: int, most: int, typical: float) -> dict[str, Any]:
    """Answers around what is typical, one now and then left out."""
    said: dict[str, Any] = {}
    for number in range(1, questions + 1):
        if chance.happens(1 - _ITEM_LEFT_OUT):
            said[f"q{number}"] = int(min(most, max(least, typical - 1 + 3 * chance.random())))
    return said


def _test(story: SimulatedClient) -> None:
    if not story.works_today:
        story.later(1, _test)
        return
    chance = story.chance
    looked_for = dict.fromkeys((*(_FOUND_BY.get(used, Analyte.OTHER) for used in story.substances), Analyte.FENTANYL))
    recent = story.day - story.last_use <= _SEEN_FOR_DAYS
    pending = chance.happens(_PENDING)
    results = tuple(
        ToxicologyResult(substance=analyte, result=Finding.PENDING if pending else _found(chance, recent, place))
        for place, analyte in enumerate(looked_for)
    )
    specimen = Specimen.ORAL_FLUID if chance.happens(0.2) else Specimen.URINE
    event = ToxicologyResulted(specimen=specimen, observed=chance.happens(0.4), results=results)
    taken = story.write(event, story.working_hour(), story.team.prescriber)
    if pending:
        story.later(chance.whole(2, 5), lambda story: _complete(story, taken, tuple(looked_for), recent))
    early = story.day - story.arrives < 60
    story.later(chance.whole(12, 16) if early else chance.whole(26, 34), _test)


def _complete(story: SimulatedClient, taken: Written, looked_for: tuple[Analyte, ...], recent: bool) -> None:
    chance = story.chance
    results = tuple(
        ToxicologyResult(substance=analyte, result=_found(chance, recent, place), confirmed=True)
        for place, analyte in enumerate(looked_for)
    )
    event = ToxicologyResulted(results=results, completes=taken.id)
    story.write(event, story.working_hour(), story.team.prescriber, taken)


def _found(chance: Chance, recent: bool, place: int) -> Finding:
    """What is found of the substance in that place: the one most used comes first."""
    if chance.happens(0.01):
        return chance.one((Finding.INCONCLUSIVE, Finding.INVALID))
    return Finding.POSITIVE if chance.happens(0.9 if recent and place == 0 else 0.05) else Finding.NEGATIVE
