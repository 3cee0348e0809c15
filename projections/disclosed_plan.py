"""The care plan as far as a consent, a court order or an emergency disclosure opens it (42 CFR 2.31(a)(3), 2.64(e)).

Each strand of the plan is opened by the scopes that stand here, and by the whole record. Of what is not opened the plan
says nothing, as if nothing had been recorded of it: no elements, and no obligations that it asks for.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from domain.replacing import replace
from domain.vocabulary.consents import ConsentScope
from domain.vocabulary.contacts import SessionKind
from domain.vocabulary.plan import CadenceKind, CareStrand
from projections.care_plan import STRANDS
from projections.collection import Elements
from projections.projection import Folded

_PLAN: Final = frozenset({ConsentScope.CARE_PLAN})
_CRISIS: Final = frozenset({ConsentScope.CRISIS})
_MEDICATION: Final = frozenset({ConsentScope.MEDICATION})
_SCREENING: Final = frozenset({ConsentScope.SCREENING})
_ASSESSMENT: Final = frozenset({ConsentScope.ASSESSMENT})
_CONTACTS: Final = frozenset({ConsentScope.CONTACTS})
_USE: Final = frozenset({ConsentScope.SUBSTANCE_USE})
_TOXICOLOGY: Final = frozenset({ConsentScope.TOXICOLOGY})
_WHOLE_ALONE: Final[frozenset[ConsentScope]] = frozenset()

OPENED_BY: Final[Mapping[str, frozenset[ConsentScope]]] = {
    "registration": _PLAN | _CRISIS | _MEDICATION | _SCREENING | _ASSESSMENT | _CONTACTS | _USE | _TOXICOLOGY,
    "episodes": _ASSESSMENT,
    "asam": _ASSESSMENT,
    "levels_of_care": _PLAN,
    "plans": _PLAN,
    "interventions": _PLAN,
    "cadences": _PLAN,
    "goals": _PLAN,
    "consents": _WHOLE_ALONE,
    "court_orders": _WHOLE_ALONE,
    "safety_plans": _CRISIS,
    "relapse_prevention": _PLAN,
    "triggers_ahead": _PLAN,
    "handoffs": _PLAN,
    "crises": _CRISIS,
    "contacts": _CONTACTS,
    "lapses": _USE,
    "dangers": _USE,
    "team": _PLAN,
    "supports": _PLAN,
    "appointments": _PLAN,
    "sessions": _CONTACTS,
    "check_ins": _CONTACTS,
    "next_steps": _PLAN,
    "owners": _WHOLE_ALONE,  # it tells of tasks of every strand
    "overdoses": _USE,
    "harm_reduction": _USE,
    "crisis_cards": _CRISIS,
    "medications": _MEDICATION,
    "toxicology": _TOXICOLOGY,
    "screenings": _SCREENING,
    "caring_contacts": _CRISIS,
    "adjustments": _CRISIS,
    "barriers": _PLAN,
    "referrals": _PLAN,
    "residences": _PLAN,
    "risk_contacts": _SCREENING,  # it tells what a C-SSRS came to
    "emergency_accesses": _WHOLE_ALONE,
    "disclosures": _WHOLE_ALONE,
    "restrictions": _WHOLE_ALONE,
    "merges": _PLAN,
}
"""By which scopes each strand of the plan is opened, beside the whole record. Our choice: what goes into a shared plan
by `care_plan`, and whatever a client may want to keep apart by a scope that names it. Attendance and contact open
nothing: no strand holds so little."""

OPENS_SOMETHING: Final = frozenset({ConsentScope.WHOLE_RECORD}.union(*OPENED_BY.values()))
"""The scopes of which each opens a part of the plan."""

_SCOPE_OF_KIND: Final[Mapping[Any, ConsentScope]] = {
    CareStrand.MEDICATION: ConsentScope.MEDICATION,
    CareStrand.HARM_REDUCTION: ConsentScope.SUBSTANCE_USE,
    SessionKind.MEDICATION_CONSULT: ConsentScope.MEDICATION,
    CadenceKind.MEDICATION_VISIT: ConsentScope.MEDICATION,
}
"""What elements of these kinds tell by being there, so that they need this scope beside their strand's."""

_KIND_OF: Final[Mapping[str, Callable[[Any], Any]]] = {
    "interventions": lambda intervention: intervention.strand,
    "appointments": lambda appointment: appointment.kind,
    "cadences": lambda cadence: cadence.kind,
}
"""The strands that have such elements, in the collection of the same name."""


def opened(scope: Collection[ConsentScope]) -> frozenset[str]:
    """The strands of the plan that these scopes open together."""
    if ConsentScope.WHOLE_RECORD in scope:
        return frozenset(STRANDS)
    return frozenset(name for name in STRANDS if not OPENED_BY[name].isdisjoint(scope))


def left_out(scope: Collection[ConsentScope]) -> tuple[str, ...]:
    """The fields of the answer that these scopes do not open, whether or not there is anything to tell in them."""
    there = opened(scope)
    return tuple(field for name, strand in STRANDS.items() if name not in there for field in strand.answer.model_fields)


def disclosed(folded: Folded[Any], scope: Collection[ConsentScope]) -> Folded[Any]:
    """The state of the care plan as far as these scopes open it."""
    if ConsentScope.WHOLE_RECORD in scope:
        return folded
    there, state = opened(scope), folded.state
    changed = {name: strand.fold.initial for name, strand in STRANDS.items() if name not in there}
    for name in _KIND_OF.keys() & there:
        kept = getattr(state, name)
        changed[name] = replace(kept, **{name: _of_kinds(getattr(kept, name), _KIND_OF[name], scope)})
    return replace(folded, state=state.replace(changed))


def _of_kinds(elements: Elements[Any], kind_of: Callable[[Any], Any], scope: Collection[ConsentScope]) -> Elements[Any]:
    there: Elements[Any] = Elements()
    for element in elements:
        needed = _SCOPE_OF_KIND.get(kind_of(element))
        if needed is None or needed in scope:
            there = there.put(element)
    return there
