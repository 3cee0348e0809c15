"""Measures: what is counted over many clients, each by one definition that is published with every figure."""
