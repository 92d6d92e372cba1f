"""Errors before the server answers: one sentence on the command line."""


class StandinError(Exception):
    """An error that ends the command with exit code 2; the text says what is wrong, where, and what to do."""


def missing_part(missing: ModuleNotFoundError) -> ModuleNotFoundError:
    """Return the error of an import without the extra: a sentence that says how to install it."""
    return ModuleNotFoundError(
        f"the stand-in needs the package {missing.name}: pip install 'idc-client[standin]'", name=missing.name
    )
