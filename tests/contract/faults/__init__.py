"""Faults that measure the suite: services with one mistake each."""
