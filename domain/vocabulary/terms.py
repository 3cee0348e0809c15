"""What a coded term is: its name in the record, and its codes in the standards of the field."""

from enum import StrEnum
from inspect import cleandoc
from typing import NamedTuple, Self


class Code(NamedTuple):
    """A code in a standard's own system, by which other systems know a term."""

    system: str
    """The system's URI, as FHIR names it."""
    code: str


LOINC = "http://loinc.org"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
RX_NORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def loinc(code: str) -> Code:
    """A code of LOINC, for what is asked or measured."""
    return Code(LOINC, code)


def icd_10_cm(code: str) -> Code:
    """A code of ICD-10-CM, for conditions and circumstances."""
    return Code(ICD_10_CM, code)


def rx_norm(code: str) -> Code:
    """A code of RxNorm (RXCUI), for the ingredients of drugs."""
    return Code(RX_NORM, code)


def fhir(code_system: str, code: str) -> Code:
    """A code of one of HL7's own code systems (terminology.hl7.org), such as goal-achievement.

    A term has one only where the meaning that HL7 gives there is the term's own.
    """
    return Code(f"http://terminology.hl7.org/CodeSystem/{code_system}", code)


def fhir_status(code_system: str, code: str) -> Code:
    """A code of a status that FHIR itself defines for a kind of resource, such as task-status."""
    return Code(f"http://hl7.org/fhir/{code_system}", code)


class Term(StrEnum):
    """A term of a closed list: its name in the record, which is its value, what it means in one sentence, its codes.

    DEPRESSION = "depression", "A depressive disorder.", icd_10_cm("F32.A")
    """

    meaning: str
    """What it says of a client, of care or of the record, in one sentence and in words of our own. Every term has one;
    it may be left out only where a term is looked up by its value."""
    codes: tuple[Code, ...]
    """Its codes in the standards of the field; none where no standard has it."""

    def __new__(cls, value: str, meaning: str = "", *codes: Code) -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.meaning = meaning
        term.codes = codes
        return term

    @property
    def display(self) -> str:
        """The term as a person reads it, such as Lethal means safety."""
        return self.name.replace("_", " ").capitalize()

    @classmethod
    def description(cls) -> str:
        """What the list is of, and what is to be said of single terms."""
        return cleandoc(cls.__doc__ or "")


def lists_of_terms() -> list[type[Term]]:
    """Every list of the vocabulary that is loaded, by its name; the service loads them all."""
    package = __name__.rpartition(".")[0]
    lists = (each for each in Term.__subclasses__() if each.__module__.startswith(f"{package}."))
    return sorted(lists, key=lambda each: each.__name__)
