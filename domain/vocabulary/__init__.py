"""Coded terms, a module per strand of care: the closed lists from which events choose. Free text has no place here.

Each list names the field's own standard where there is one, and a term its codes in FHIR, LOINC or ICD-10-CM. From
the first release on a term is never removed or renamed, since old events keep it; a new one is added at the end.
"""
