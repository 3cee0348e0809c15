"""Terms: each says what it means, and has its codes in the standards of the field, of the form that each has."""

import pkgutil
import re
from collections import Counter
from importlib import import_module

import pytest

import domain.vocabulary
from domain.vocabulary.terms import ICD_10_CM, LOINC, RX_NORM, Code, Term

TERMS = [
    kind
    for module in pkgutil.iter_modules(domain.vocabulary.__path__)
    for kind in vars(import_module(f"domain.vocabulary.{module.name}")).values()
    if isinstance(kind, type) and issubclass(kind, Term) and kind is not Term
]

FORMS = {
    ICD_10_CM: re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?"),
    LOINC: re.compile(r"\d{1,7}-\d"),
    RX_NORM: re.compile(r"[1-9]\d{0,7}"),
    "http://unitsofmeasure.org": re.compile(r"[!-~]+"),
}

A_SENTENCE = re.compile(r"[A-Z0-9](?:(?![.!?] [A-Z])[^|\n]){2,118}\.")
"""One sentence, on one line, that fits into a table."""

OF_HL7 = re.compile(r"http://terminology\.hl7\.org/CodeSystem/[A-Za-z0-9-]+|http://hl7\.org/fhir/[a-z]+-status")


def is_well_formed(code: Code) -> bool:
    form = FORMS.get(code.system)
    if form is None:
        return bool(OF_HL7.fullmatch(code.system)) and " " not in code.code
    return bool(form.fullmatch(code.code)) and (code.system != LOINC or _check_digit_fits(code.code))


def _check_digit_fits(code: str) -> bool:
    """LOINC ends with a check digit, mod 10 (Luhn)."""
    digits = [int(digit) for digit in code.replace("-", "")][::-1]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (doubled + sum(digits[::2])) % 10 == 0


@pytest.mark.parametrize("kind", TERMS, ids=lambda kind: kind.__name__)
def test_codes_have_the_form_of_their_standard_and_name_one_term_of_a_list(kind: type[Term]) -> None:
    codes = [code for term in kind for code in term.codes]

    assert all(map(is_well_formed, codes))
    assert not [code for code, times in Counter(codes).items() if times > 1]


@pytest.mark.parametrize("kind", TERMS, ids=lambda kind: kind.__name__)
def test_every_term_says_what_it_means_in_one_sentence_of_its_own(kind: type[Term]) -> None:
    meanings = [term.meaning for term in kind]

    assert [said for said in meanings if not A_SENTENCE.fullmatch(said)] == []
    assert [said for said, times in Counter(meanings).items() if times > 1] == []


def test_a_code_with_a_slip_is_found_out() -> None:
    assert is_well_formed(Code(LOINC, "44261-6"))
    assert not is_well_formed(Code(LOINC, "44261-7"))
    assert not is_well_formed(Code(LOINC, "44216-6"))
    assert is_well_formed(Code(ICD_10_CM, "F32.A"))
    assert not is_well_formed(Code(ICD_10_CM, "F32.A."))
    assert not is_well_formed(Code("F32.A", "icd-10-cm"))
    assert is_well_formed(Code(RX_NORM, "1819"))
    assert not is_well_formed(Code(RX_NORM, "01819"))
    assert not is_well_formed(Code(RX_NORM, "N07BC01"))
    assert is_well_formed(Code("http://hl7.org/fhir/task-status", "completed"))
    assert not is_well_formed(Code("http://terminology.hl7.org/goal-category", "housing"))
