"""What can go wrong before the server answers: one sentence for the person at the command line."""


class StandinError(Exception):
    """Ends the command with exit code 2; the text says what is wrong, where, and what to do."""
