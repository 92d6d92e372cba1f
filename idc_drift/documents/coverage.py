"""How much of a document was read.

Law: a part that was not read has a sentence; without such a sentence everything was read.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Count:
    """How many things of one kind were read."""

    read: int = 0
    total: int = 0


@dataclass
class Coverage:
    """How much of a document was read."""

    operations: Count = field(default_factory=Count)
    """The methods of all paths and webhooks; a path that cannot be read counts as one."""
    schemas: Count = field(default_factory=Count)
    """The schemas that have a name or are referred to."""
    files: Count = field(default_factory=Count)
    unread: list[str] = field(default_factory=list)
    """The parts that were not read, one sentence each."""

    def __str__(self) -> str:
        counts = {"operations": self.operations, "schemas": self.schemas, "files": self.files}
        return ", ".join(f"{name} {count.read:,} of {count.total:,}" for name, count in counts.items())

    def add_unread(self, sentence: str) -> None:
        """Add a part that was not read, once."""
        if sentence not in self.unread:
            self.unread.append(sentence)
