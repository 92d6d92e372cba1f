"""Options of every command, shared types of parameters, and `Context`, which makes the client."""

from __future__ import annotations

import re
from dataclasses import is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from attrs import frozen
from cyclopts import Group, Parameter
from cyclopts.validators import Number

from ..errors import IDCError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cyclopts import Token

    from ..connect import IDC


#: Replaces the argument `-` (standard input) before parsing, because the parser takes `-` for an option. Arguments of a
#: process cannot have null bytes.
DASH = "\0-"

#: Groups of options in the help: filters, output, and those of every command.
FILTERS = Group("Filters", sort_key=10)
OUTPUT = Group("Output", sort_key=20)
COMMON_OPTIONS = Group("Options of every command", sort_key=30)


def _whole_number(_: object, tokens: Sequence[Token]) -> int:
    """Read a whole number; the parser of the command line would round any other."""
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", tokens[0].value):
        raise ValueError(f"{tokens[0].value!r:.40} is not a whole number")
    return int(tokens[0].value)


def whole_number(least: int = 0, most: int | None = None, **settings: Any) -> Parameter:
    """Make the annotation of a parameter that takes a whole number within bounds, which may be reached."""
    return Parameter(converter=_whole_number, validator=Number(gte=least, lte=most), **settings)


#: Types of parameters: a number of 0 or more, a limit of rows, a switch.
Count = Annotated[int, whole_number()]
Limit = Annotated[int | None, whole_number(name=["--limit", "-n"])]
Flag = Annotated[bool, Parameter(negative=())]


def _check_path_segment(_: object, value: str) -> None:
    """Refuse text that would change the path of a URL."""
    if not value.strip("."):
        raise ValueError(f"{value!r} is not a name")


#: The type of a parameter that becomes a segment of a URL path.
PathSegment = Annotated[str, Parameter(validator=_check_path_segment)]


class InputError(ValueError):
    """Wrong options or arguments. Nothing has been sent."""


def check_text(value: object) -> None:
    """Refuse arguments with bytes that are not UTF-8, which no request can have; names of files may have them."""
    for text in _texts_within(value):
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InputError(f"an argument has bytes that are not UTF-8: {text!r:.80}") from None


def _texts_within(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts_within(one)
    elif is_dataclass(value):
        yield from _texts_within([*vars(value).values()])


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
