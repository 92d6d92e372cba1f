"""Findings as values: graded by one table of rules, placed in both documents, accepted, summed up."""
