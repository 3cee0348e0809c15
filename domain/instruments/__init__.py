"""Instruments: coded answers in, scores, bands and triage out. A module each, and `scoring` that all share.

The wording of the questions is copyrighted: answers are codes only. What crises ask of the C-SSRS is at hand here.
"""

from domain.instruments.cssrs import CssrsAnswers, crisis_tier, triage

__all__ = ["CssrsAnswers", "crisis_tier", "triage"]
