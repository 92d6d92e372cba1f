"""What every command is given: the options that belong to all of them, and the client that they make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from attrs import frozen
from cyclopts import Group, Parameter
from cyclopts.validators import Number

from ..errors import IDCError

if TYPE_CHECKING:
    from ..connect import IDC


#: What `-` becomes before words are parsed, which would take it for an option; no word of a process can hold it.
DASH = "\0-"

#: Options that several commands have: what is selected, where results go, and what all of them take.
FILTERS = Group("Filters", sort_key=10)
OUTPUT = Group("Output", sort_key=20)
COMMON_OPTIONS = Group("Options of every command", sort_key=30)


_NOT_NEGATIVE = Parameter(validator=Number(gte=0))
#: A number from 0 on; one that limits rows; a switch.
Count = Annotated[int, _NOT_NEGATIVE]
Limit = Annotated[int | None, Parameter(name=["--limit", "-n"], validator=Number(gte=0))]
Flag = Annotated[bool, Parameter(negative=())]


def _check_path_segment(_: object, value: str) -> None:
    """Refuse what a URL would take for another place."""
    if not value.strip("."):
        raise ValueError(f"{value!r} is no name")


#: What becomes a segment of a path.
PathSegment = Annotated[str, Parameter(validator=_check_path_segment)]


class InputError(ValueError):
    """Words on the command line that cannot be followed. Nothing has been sent."""


@frozen
class Context:
    """The options of every command.

    Attributes:
        base_url: Where the API is; None for what the environment or the live host says.
        credentials: The credentials file; None for what the environment says.
        timeout: Seconds without progress; None for the default.
        retries: How often to repeat; None for the default.
        strict: Whether a warning of the service is an error.
    """

    base_url: str | None = None
    credentials: Path | None = None
    timeout: float | None = None
    retries: int | None = None
    strict: bool = False

    def connect(self) -> IDC:
        """Make the client; use it with `with`."""
        from ..connect import connect

        try:
            return connect(
                self.base_url,
                credentials=self.credentials,
                timeout=self.timeout,
                retries=self.retries,
                strict=self.strict,
            )
        except ValueError as error:
            if isinstance(error, IDCError):
                raise
            raise InputError(str(error)) from None  # a number out of range


#: How a command asks for it.
ContextParameter = Annotated[Context, Parameter(parse=False)]
