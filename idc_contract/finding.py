"""A finding: a broken rule, the requests that show it, the cause that it shares with others; rules as sentences."""

from __future__ import annotations

from dataclasses import dataclass

RELATIONS, SCHEMATHESIS, SHAPES = "relations", "schemathesis", "shapes"

RULES_OF_ANSWERS = {
    "status is declared": "Answers have a status that the document names.",
    "status is the right one": "An answer has the status that the request deserves.",
    "media type is declared": "Answers have the media type that the document names.",
    "body fits its schema": "The body of an answer fits the schema of the document.",
    "body is JSON": "A body that is called JSON is JSON.",
    "an integer has no decimal point": "What the document calls an integer has no decimal point and no exponent.",
    "generated model keeps the body": "The generated model of an answer keeps all of it.",
    "charset is UTF-8": "Text is UTF-8.",
    "a message is for its reader": "A refusal does not show the inside of the service.",
    "header is there": "Answers have the headers that the document names.",
    "header fits its schema": "The headers of an answer fit the document.",
    "length is true": "Content-Length is the number of bytes that were sent.",
    "an answer": "A request has a complete answer that can be decoded.",
}
"""The sentence of each rule of every answer, by the name of the check."""

RULES_OF_SCHEMATHESIS = {
    "not_a_server_error": "No request makes the service fail (5xx).",
    "status_code_conformance": RULES_OF_ANSWERS["status is declared"],
    "content_type_conformance": RULES_OF_ANSWERS["media type is declared"],
    "response_headers_conformance": "Answers have the headers that the document names, and these fit it.",
    "response_schema_conformance": RULES_OF_ANSWERS["body fits its schema"],
    "negative_data_rejection": "A request that does not fit the document is refused.",
    "positive_data_acceptance": "A request that fits the document is not refused.",
    "missing_required_header": "A request without a required header is refused.",
    "unsupported_method": "A method that the document does not have is a 405.",
    "allow_header_conformance": "The Allow of a 405 names the methods of the document.",
    "use_after_free": "What was deleted is not there any more.",
    "ensure_resource_availability": "What was created is there.",
    "ignored_auth": "An operation that needs a token refuses a request without a valid one.",
    "object_level_authorization": "What one user owns, no other user can use.",
    "generated_client_keeps_answer": RULES_OF_ANSWERS["generated model keeps the body"],
    "integers_have_no_decimal_point": RULES_OF_ANSWERS["an integer has no decimal point"],
    "the engine can read the answer": "Answers can be read as the document says.",
    "the engine's own error": "schemathesis runs without an error of its own.",
    "the run is complete": "Each phase runs to its end, and each operation has its good and bad answers.",
}
"""The sentence of each check of schemathesis, by its name."""


@dataclass(frozen=True)
class Finding:
    """A broken rule."""

    layer: str
    """``relations``, ``schemathesis`` or ``shapes``."""
    generation: str
    check: str
    """The name of the rule; of a relation, its name, and after a colon that of the rule within."""
    operation: str
    message: str
    curl: str = ""
    """The last request, as a command with variables in place of tokens."""
    cause: str = ""
    """What is wrong, without the values of an example: findings with the same cause are one."""
    trail: tuple[str, ...] = ()
    """All requests of the smallest example, in their order, as commands."""
    sentence: str = ""
    """The rule that is broken, as a sentence."""
    during: str = ""
    """The sentence that a relation tests, if the rule is another one: that of every answer."""

    @property
    def key(self) -> str:
        """The name in a baseline, which does not depend on messages, examples or the seed."""
        return f"{self.generation} · {self.cause}" if self.cause else self.former_key

    @property
    def former_key(self) -> str:
        """The name in baselines of earlier releases."""
        return f"{self.generation} · {self.layer} · {self.operation or '-'} · {self.check}"

    @property
    def relation(self) -> str:
        """The name of the relation; empty in another layer."""
        return self.check.partition(": ")[0] if self.layer == RELATIONS else ""
