"""Errors before the server answers: one sentence on the command line."""


class StandinError(Exception):
    """An error that ends the command with exit code 2; the text says what is wrong, where, and what to do."""
