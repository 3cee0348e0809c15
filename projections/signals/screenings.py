"""What screenings flag (R49): risk by the C-SSRS, item 9 and the total of the PHQ-9, the GAD-7, the sums of the BAM.

AUDIT-C and DAST-10 raise none: they tell of the use for which people come. Nor does the BARC-10, for which no bands
are published. Both are our choice.
"""

from collections.abc import Iterator
from typing import Final

from domain.entry import Entry
from domain.events.crisis import CrisisContactRecorded
from domain.events.screening import ScreeningScored
from domain.instruments.cssrs import CssrsAnswers, triage
from domain.instruments.phq9 import Phq9Answers, asks_for_cssrs
from domain.instruments.scoring import Scored
from domain.instruments.screener import ScreenerAnswers, scored
from domain.policy.early_warning import EarlyWarningPolicy
from domain.replacing import replace
from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.screening import Band, Measure
from domain.vocabulary.signals import SignalRule
from projections.context import Context
from projections.signals.signal import Watch, watching

_TIERS: Final = (RiskTier.NONE_FOUND, RiskTier.LOW, RiskTier.MODERATE, RiskTier.HIGH)

fold = watching(
    Watch(),
    SignalRule.C_SSRS_RISK,
    SignalRule.PHQ_9_ITEM_9,
    SignalRule.PHQ_9_TOTAL,
    SignalRule.GAD_7_TOTAL,
    SignalRule.BAM_USE,
    SignalRule.BAM_RISK,
    SignalRule.BAM_PROTECTIVE,
)


@fold.on(ScreeningScored)
def screening_scored(state: Watch, entry: Entry, event: ScreeningScored, context: Context) -> Watch:
    """Each screening that is flagged raises a signal of its own, in the place of the one before: screenings are rare,
    and one that finds more than the last must not go unseen. What could be either, since questions were not answered,
    changes nothing."""
    raised = state.raised
    for rule, flagged in _flags(event.answers, context.policy.early_warning):
        raised = raised.told(rule, entry, [], context)
        if flagged:
            raised = raised.told(rule, entry, [entry.id], context)
    return replace(state, raised=raised)


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(state: Watch, entry: Entry, event: CrisisContactRecorded, context: Context) -> Watch:
    """A C-SSRS in a crisis raises none, since the crisis has its tier and its follow-ups; but it may clear."""
    raised = state.raised
    for rule, flagged in _risk(event.cssrs, context.policy.early_warning) if event.cssrs else ():
        if not flagged:
            raised = raised.told(rule, entry, [], context)
    return replace(state, raised=raised)


def _flags(answers: ScreenerAnswers, numbers: EarlyWarningPolicy) -> Iterator[tuple[SignalRule, bool]]:
    """Of each rule whether it applies, as far as the answers tell for certain."""
    if isinstance(answers, CssrsAnswers):
        yield from _risk(answers, numbers)
        return
    if isinstance(answers, Phq9Answers) and answers.q9 is not None:
        yield SignalRule.PHQ_9_ITEM_9, asks_for_cssrs(answers)
    at_least = {Measure.PHQ_9_TOTAL: numbers.phq_9_at_least, Measure.GAD_7_TOTAL: numbers.gad_7_at_least}
    for found in scored(answers):
        if found.measure in at_least:
            yield from _by_score(found, at_least[found.measure])
        elif found.band in {Band.FLAGGED, Band.NOT_FLAGGED}:
            yield SignalRule(found.measure.value), found.band is Band.FLAGGED


def _by_score(found: Scored, at_least: int) -> Iterator[tuple[SignalRule, bool]]:
    assert found.lowest is not None, "these measures are numbers"
    assert found.highest is not None, "these measures are numbers"
    reached = found.lowest >= at_least
    if reached is (found.highest >= at_least):
        yield SignalRule(found.measure.value), reached


def _risk(answers: CssrsAnswers, numbers: EarlyWarningPolicy) -> Iterator[tuple[SignalRule, bool]]:
    """What a C-SSRS tells. One whose tier is certain takes the place of what item 9 of a PHQ-9 asked for."""
    found, from_tier = triage(answers), _TIERS.index(numbers.c_ssrs_from_tier)
    if not found.at_least:
        yield SignalRule.PHQ_9_ITEM_9, False
    reached = found.tier in _TIERS and _TIERS.index(found.tier) >= from_tier
    if reached is (_TIERS.index(found.not_excluded) >= from_tier):
        yield SignalRule.C_SSRS_RISK, reached
