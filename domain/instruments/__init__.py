"""Instruments: coded answers in, scores, bands and triage out. A module each, and `scoring` that all share.

The wording of the questions is copyrighted: answers are codes only.
"""
