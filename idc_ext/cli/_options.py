"""Options of every command, shared types of parameters, and `Context`, which makes the client."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from attrs import frozen
from cyclopts import Group, Parameter
from cyclopts.validators import Number

from ..errors import IDCError

if TYPE_CHECKING:
    from ..connect import IDC


#: Replaces the argument `-` (standard input) before parsing, because the parser takes `-` for an option. Arguments of a
#: process cannot have null bytes.
DASH = "\0-"

#: Groups of options in the help: filters, output, and those of every command.
FILTERS = Group("Filters", sort_key=10)
OUTPUT = Group("Output", sort_key=20)
COMMON_OPTIONS = Group("Options of every command", sort_key=30)


_NOT_NEGATIVE = Parameter(validator=Number(gte=0))
#: Types of parameters: a number of 0 or more, a limit of rows, a switch.
Count = Annotated[int, _NOT_NEGATIVE]
Limit = Annotated[int | None, Parameter(name=["--limit", "-n"], validator=Number(gte=0))]
Flag = Annotated[bool, Parameter(negative=())]


def _check_path_segment(_: object, value: str) -> None:
    """Refuse text that would change the path of a URL."""
    if not value.strip("."):
        raise ValueError(f"{value!r} is not a name")


#: The type of a parameter that becomes a segment of a URL path.
PathSegment = Annotated[str, Parameter(validator=_check_path_segment)]


class InputError(ValueError):
    """Wrong options or arguments. Nothing has been sent."""


@frozen
class Context:
    """The options of every command.

    Attributes:
        base_url: The address of the API; None for that of the environment, or the live host.
        credentials: The credentials file; None for that of the environment.
        timeout: Seconds without progress; None for the default.
        retries: The maximum number of retries; None for the default.
        strict: Whether a warning of the service is an error.
    """

    base_url: str | None = None
    credentials: Path | None = None
    timeout: float | None = None
    retries: int | None = None
    strict: bool = False

    def connect(self) -> IDC:
        """Make the client, a context manager."""
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
            sentence = str(error)
            option = "--" if sentence.startswith(("timeout ", "retries ")) else ""  # as named on the command line
            raise InputError(option + sentence) from None  # a number is out of range


#: The type of the parameter `context` of a command.
ContextParameter = Annotated[Context, Parameter(parse=False)]
