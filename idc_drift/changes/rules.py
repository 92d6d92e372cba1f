"""The rules: each with its levels, the reason for them, and the module that judges it.

Law: levels are defined here and nowhere else. A schema rule's name is the place of the schema (``request``,
``response``, ``parameter``, ``header``) and a stem: ``request-type-changed``. Every other rule has one complete name.
The name of a rule (the stem of a schema rule) is a literal in the modules that judge it, and never built from parts.

The module is long because it is one table.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from .change import Level

__all__ = [
    "ALIASES",
    "EFFECTS",
    "OWN_RULES",
    "PREFIXES",
    "RULES",
    "SCHEMA_RULES",
    "Rule",
    "SchemaRule",
    "alias_of",
    "is_documentation_only",
    "level_of",
    "reported_name",
    "rule_of",
    "stem_of",
    "why",
]

PREFIXES: Final = ("request", "response", "parameter", "header")
"""Places of a schema. The client sends parameters and request bodies; it receives responses and their headers."""
SENT: Final = ("request", "parameter")


@dataclass(frozen=True)
class Rule:
    """A rule about operations and their parts, or about the files of this project."""

    level: Level | None
    """None if the level depends on the finding (see ``EFFECTS``)."""
    why: str
    documentation_only: bool = False
    judged: tuple[str, ...] = ()
    """The modules of this package that contain the rule's name as a literal, such as ``compare.bodies``."""


@dataclass(frozen=True)
class SchemaRule:
    """A rule about schemas, with one level for values that the client sends and one for values that it receives."""

    sent: Level
    received: Level
    why: str
    parameter: Level | None = None
    """The level in a parameter, if it differs from the level in a body."""
    documentation_only: bool = False
    judged: tuple[str, ...] = ()
    """As in ``Rule``."""

    def level_in(self, direction: str) -> Level:
        """The level in a ``request``, a ``parameter``, a ``response`` or a ``header``."""
        if direction == "parameter" and self.parameter is not None:
            return self.parameter
        return self.sent if direction in SENT else self.received


_AnyRule = TypeVar("_AnyRule", bound=Rule | SchemaRule)


def _judged(module: str, rules: dict[str, _AnyRule]) -> dict[str, _AnyRule]:
    """The rules, each with this module added to the modules that judge it."""
    return {name: replace(rule, judged=(module, *rule.judged)) for name, rule in rules.items()}


E: Final[Level] = "breaking"
W: Final[Level] = "warning"
I: Final[Level] = "info"  # noqa: E741 - the table is read as a table

_LIFECYCLE_RULES: Final[dict[str, tuple[Level, str]]] = {
    "sunset-removed": (E, "The date until which it was to work is no longer given."),
    "sunset-brought-forward": (E, "It will work for a shorter time than was promised."),
    "sunset-unreadable": (E, "The date cannot be parsed, so clients cannot rely on it."),
    "sunset-lifted": (I, "It is not planned to end any more."),
    "sunset-set": (I, "It works at least until that date."),
    "stability-lowered": (E, "It may change more often than was promised."),
    "stability-unreadable": (E, "The level is not draft, alpha, beta or stable, so clients cannot rely on it."),
    "stability-raised": (I, "It will change less often than before."),
}
"""Rules about ``x-sunset`` and ``x-stability-level`` of operations, parameters and properties."""

SCHEMA_RULES: Final[dict[str, SchemaRule]] = {
    **_judged(
        "judge.types",
        {
            "type-changed": SchemaRule(
                E, E, "Values of one type are not valid for the other.", judged=("judge.context",)
            ),
            "type-widened": SchemaRule(
                I, E, "More values may be sent; a reader may receive a type that it does not handle."
            ),
            "type-narrowed": SchemaRule(
                E, I, "Values that clients send are refused; values that they receive were possible before."
            ),
            "type-unsure": SchemaRule(
                W,
                W,
                "Whether it breaks depends on the serialization of the parameter, which the document does not define.",
            ),
        },
    ),
    **_judged(
        "judge.values",
        {
            "format-changed": SchemaRule(E, E, "The same string is interpreted in another way."),
            "format-widened": SchemaRule(I, E, "More strings or numbers are valid than before."),
            "format-narrowed": SchemaRule(E, I, "Fewer strings or numbers are valid than before."),
            "became-nullable": SchemaRule(I, E, "Null may be sent; a reader that does not expect null can receive it."),
            "became-not-nullable": SchemaRule(E, I, "Null is refused; a reader does not receive null any more."),
            "enum-value-added": SchemaRule(I, W, "One more value may be sent; a reader may not know it."),
            "enum-value-removed": SchemaRule(E, I, "A value in use is refused; a reader does not receive it any more."),
            "enum-changed": SchemaRule(E, E, "The only allowed value is a different one."),
            "became-enum": SchemaRule(
                E, I, "All values that are not listed are refused; a reader receives fewer values."
            ),
            "enum-dropped": SchemaRule(
                I, E, "Any value may be sent; a reader can receive values that it does not know."
            ),
            "extensible-enum-value-removed": SchemaRule(E, I, "A value in use is not listed any more."),
            "extensible-enum-value-added": SchemaRule(I, I, "Readers of an extensible list expect more values."),
            "default-added": SchemaRule(
                I, I, "The meaning of an absent value is now documented.", parameter=E, judged=("compare.parameters",)
            ),
            "default-changed": SchemaRule(
                I, I, "An absent value has another meaning.", parameter=E, judged=("compare.parameters",)
            ),
            "default-removed": SchemaRule(
                I,
                I,
                "The meaning of an absent value is not documented any more.",
                parameter=E,
                judged=("compare.parameters",),
            ),
            "property-default-added": SchemaRule(
                W, W, "A request that leaves the property out has a documented meaning now; it may be another one."
            ),
            "property-default-changed": SchemaRule(
                E, E, "A request that leaves the property out has another meaning, as with a parameter."
            ),
            "property-default-removed": SchemaRule(
                W, W, "The meaning of a request that leaves the property out is not documented any more."
            ),
            "bound-tightened": SchemaRule(
                E, I, "Values that clients send are refused; values that they receive were possible before."
            ),
            "bound-set": SchemaRule(W, I, "A limit is now documented; the server may always have had it."),
            "bound-relaxed": SchemaRule(I, E, "More values may be sent; a reader can receive values beyond the limit."),
            "bound-unset": SchemaRule(
                I, E, "Any value may be sent; a reader can receive values beyond the former limit."
            ),
            "multiple-of-set": SchemaRule(E, I, "Numbers that are not a multiple are refused."),
            "multiple-of-unset": SchemaRule(I, E, "A reader can receive any number."),
            "multiple-of-tightened": SchemaRule(E, I, "Numbers that clients send are refused."),
            "multiple-of-relaxed": SchemaRule(I, E, "A reader can receive numbers that were impossible before."),
            "multiple-of-changed": SchemaRule(E, E, "Neither step is a multiple of the other."),
            "unique-items-set": SchemaRule(E, I, "Lists with duplicates are refused."),
            "unique-items-unset": SchemaRule(I, E, "A reader that relies on unique elements can receive duplicates."),
            "pattern-added": SchemaRule(E, I, "Strings that do not match are refused."),
            "pattern-changed": SchemaRule(
                W,
                W,
                "The program does not decide whether the new pattern matches all strings that the old one matched.",
            ),
            "pattern-removed": SchemaRule(
                I, W, "Any string may be sent; a reader can receive strings that did not match."
            ),
            "content-schema-added": SchemaRule(E, I, "The encoded content must now be valid for a schema."),
            "content-schema-removed": SchemaRule(I, E, "The encoded content need not be valid for a schema any more."),
            "content-encoding-added": SchemaRule(E, I, "The string is now read as encoded content."),
            "content-encoding-removed": SchemaRule(I, E, "The string is not described as encoded content any more."),
            "content-encoding-changed": SchemaRule(E, E, "The string encodes other content, or uses another encoding."),
            "deprecated": SchemaRule(I, I, "It still works, but may be removed later."),
            "no-longer-deprecated": SchemaRule(I, I, "It is not planned to be removed any more."),
            "annotation-changed": SchemaRule(I, I, "Documentation only.", documentation_only=True),
        },
    ),
    **_judged(
        "judge.objects",
        {
            "required-property-added": SchemaRule(
                E, I, "A request without it is refused; readers ignore unknown properties."
            ),
            "property-added": SchemaRule(I, I, "It may be left out; readers ignore unknown properties."),
            "property-listed": SchemaRule(
                I, I, "It was an unlisted property before, and its schema is still the same.", documentation_only=True
            ),
            "property-unlisted": SchemaRule(
                I, I, "It is an unlisted property now, and its schema is still the same.", documentation_only=True
            ),
            "property-removed": SchemaRule(
                W, W, "A value that is sent may be ignored; an optional value is not received any more."
            ),
            "property-forbidden": SchemaRule(
                E, W, "The object allows no other properties, so a request that still has it is refused."
            ),
            "required-property-removed": SchemaRule(
                W, E, "A value that is sent may be ignored; a reader that relies on it fails."
            ),
            "property-became-required": SchemaRule(E, I, "A request without it is refused; a reader can rely on it."),
            "property-became-optional": SchemaRule(I, E, "It may be left out; a reader that relies on it fails."),
            "became-read-only": SchemaRule(I, I, "Clients do not send it any more."),
            "became-not-read-only": SchemaRule(I, I, "Clients may send it, too."),
            "became-write-only": SchemaRule(I, I, "Clients do not receive it any more."),
            "became-not-write-only": SchemaRule(I, I, "Clients may receive it, too."),
            "required-property-became-not-read-only": SchemaRule(W, W, "A request without it may be refused now."),
            "required-property-became-write-only": SchemaRule(
                W, W, "A reader that relies on the property may not receive it any more."
            ),
            "required-property-became-not-write-only": SchemaRule(
                W, W, "A reader that validates the object can receive one more property."
            ),
            "additional-properties-closed": SchemaRule(E, I, "Properties that are not listed are refused."),
            "additional-properties-opened": SchemaRule(I, E, "A reader can receive properties that are not listed."),
            "additional-properties-narrowed": SchemaRule(
                E, I, "Properties that are not listed must now be valid for a schema."
            ),
            "additional-properties-widened": SchemaRule(
                I, E, "Properties that are not listed need not be valid for a schema any more."
            ),
            "pattern-property-added": SchemaRule(
                E, I, "Properties whose names match the pattern must now be valid for a schema."
            ),
            "pattern-property-removed": SchemaRule(
                I, E, "Properties whose names match the pattern need not be valid for a schema any more."
            ),
            "property-names-added": SchemaRule(E, I, "The names of properties are restricted."),
            "property-names-removed": SchemaRule(I, E, "The names of properties are not restricted any more."),
            "dependent-required-added": SchemaRule(E, I, "One property now needs another."),
            "dependent-required-removed": SchemaRule(
                I, E, "One property no longer needs another, so a reader may miss it."
            ),
            "dependent-schema-added": SchemaRule(E, I, "One property now puts conditions on the object."),
            "dependent-schema-removed": SchemaRule(I, E, "One property no longer puts conditions on the object."),
            "unevaluated-added": SchemaRule(
                E, I, "Properties or items that no other keyword describes are restricted."
            ),
            "unevaluated-removed": SchemaRule(
                I, E, "Properties or items that no other keyword describes are not restricted any more."
            ),
            "prefix-items-added": SchemaRule(E, I, "An element at that position must now be valid for its own schema."),
            "prefix-items-removed": SchemaRule(I, E, "An element at that position no longer has a schema of its own."),
            "contains-added": SchemaRule(E, I, "A list must now contain a matching element."),
            "contains-removed": SchemaRule(I, E, "A list need not contain a matching element any more."),
            "contains-tightened": SchemaRule(E, I, "The allowed number of matching elements is narrower."),
            "contains-relaxed": SchemaRule(I, E, "The allowed number of matching elements is wider."),
        },
    ),
    **_judged(
        "judge.composition",
        {
            "all-of-added": SchemaRule(E, I, "Values must be valid for one more schema."),
            "all-of-removed": SchemaRule(
                W, I, "Values must be valid for one schema fewer; the server may ignore what it described."
            ),
            "not-added": SchemaRule(E, I, "Values that the keyword excludes are refused."),
            "not-removed": SchemaRule(I, E, "A reader can receive values that were excluded before."),
            "not-tightened": SchemaRule(E, I, "More values are refused."),
            "not-relaxed": SchemaRule(I, E, "A reader can receive values that were excluded before."),
            "not-changed": SchemaRule(E, E, "The excluded values are different."),
            "condition-added": SchemaRule(E, I, "Values that meet the condition must satisfy more."),
            "condition-removed": SchemaRule(I, E, "Values that meet the condition satisfy less."),
            "condition-changed": SchemaRule(E, E, "The condition, or its consequence, is a different one."),
        },
    ),
    **_judged(
        "judge.alternatives",
        {
            "any-of-added": SchemaRule(I, E, "One more alternative may be sent; a reader may not handle it."),
            "any-of-removed": SchemaRule(
                E, I, "An alternative in use is refused; a reader does not receive it any more."
            ),
            "one-of-added": SchemaRule(
                I,
                E,
                "One more alternative may be sent; a reader may not handle it.",
                judged=("judge.discriminators",),
            ),
            "one-of-removed": SchemaRule(
                E,
                I,
                "An alternative in use is refused; a reader does not receive it any more.",
                judged=("judge.discriminators",),
            ),
            "alternative-implied": SchemaRule(
                I,
                I,
                "Another alternative of anyOf, in both documents, allows all of its values.",
                documentation_only=True,
            ),
            "overlap-changed": SchemaRule(
                I, I, "Another alternative of oneOf, in both documents, allows all of its values."
            ),
            "wrapped": SchemaRule(
                E, E, "One schema became alternatives; some old values are valid for none or for several of them."
            ),
            "unwrapped": SchemaRule(E, E, "Alternatives became one schema, for which some old values are not valid."),
            "wrapped-safely": SchemaRule(I, I, "One schema became alternatives, and every value is still valid."),
            "unwrapped-safely": SchemaRule(I, I, "Alternatives became one schema, and every value is still valid."),
            "alternatives-added": SchemaRule(E, I, "Values must be valid for one of the added schemas."),
            "alternatives-removed": SchemaRule(
                I, E, "Values need not be valid for one of the removed schemas any more."
            ),
            "any-of-became-one-of": SchemaRule(E, I, "A value that is valid for several alternatives is refused."),
            "one-of-became-any-of": SchemaRule(I, E, "A value may be valid for several alternatives."),
        },
    ),
    **_judged(
        "judge.discriminators",
        {
            "discriminator-added": SchemaRule(I, I, "It selects an alternative; the alternatives are the same."),
            "discriminator-removed": SchemaRule(I, I, "It selected an alternative; the alternatives are the same."),
            "discriminator-changed": SchemaRule(E, E, "A reader looks for the value in another property."),
            "discriminator-value-added": SchemaRule(I, W, "A reader that selects by the value may not know it."),
            "discriminator-value-removed": SchemaRule(
                E, I, "A request with the value is refused; a reader does not receive it any more."
            ),
            "discriminator-value-renamed": SchemaRule(
                E, E, "The old value is refused, and a reader that selects by the value does not know the new one."
            ),
            "discriminator-value-moved": SchemaRule(E, E, "Values for the old schema are not valid for the new one."),
            "discriminator-value-moved-safely": SchemaRule(
                W, W, "Every value is still valid, but a reader takes it for another schema."
            ),
        },
    ),
    **_judged(
        "judge.judge",
        {
            "reference-changed": SchemaRule(W, W, "A reference cannot be resolved, so the schema is unknown."),
            "schema-replaced": SchemaRule(
                E, E, "A `$ref` names another schema; at least one of the differences between the two is breaking."
            ),
            "schema-replaced-at-risk": SchemaRule(
                W, W, "A `$ref` names another schema; the gravest difference between the two is a warning."
            ),
            "schema-replaced-safely": SchemaRule(
                I, I, "A `$ref` names another schema; no difference between the two can make a client fail."
            ),
        },
    ),
    **_judged(
        "model.lifecycle", {stem: SchemaRule(level, level, why) for stem, (level, why) in _LIFECYCLE_RULES.items()}
    ),
}

RULES: Final[dict[str, Rule]] = {
    **_judged(
        "compare.documents",
        {
            "path-removed": Rule(E, "Every call fails."),
            "operation-removed": Rule(E, "Every call fails."),
            "operation-retired": Rule(
                W, "It was deprecated without a future date in x-sunset, or it was draft or alpha."
            ),
            "endpoint-added": Rule(I, "No client calls it yet."),
        },
    ),
    **_judged(
        "compare.operations",
        {
            "webhook-removed": Rule(E, "A client that expects it does not receive it."),
            "webhook-added": Rule(I, "No client expects it yet."),
            "webhook-security-changed": Rule(
                W, "A receiver that checks the credentials of the service may refuse the call."
            ),
            "callback-removed": Rule(E, "A client that expects it does not receive it."),
            "callback-added": Rule(I, "Only clients that request it receive it."),
            "callback-body-became-optional": Rule(E, "A receiver that reads the body may receive none."),
            "callback-body-became-required": Rule(I, "A receiver always receives a body that was optional before."),
            "response-body-removed": Rule(E, "A reader receives no body."),
            "answer-body-added": Rule(E, "A receiver that answers without a body is refused."),
            "answer-body-removed": Rule(I, "The service ignores the body with which a receiver answers."),
            "operation-deprecated": Rule(I, "It still works, but may be removed later."),
            "operation-no-longer-deprecated": Rule(I, "It is not planned to be removed any more."),
            "server-address-removed": Rule(
                W, "The API is the same, but a client that takes its address from the document goes elsewhere."
            ),
            "servers-changed": Rule(I, "The old addresses are still listed; a client may use the others as well."),
            "operation-id-changed": Rule(
                I, "It is not part of a request; generated names depend on it.", documentation_only=True
            ),
            "tags-changed": Rule(
                I, "They are not part of a request; generated names may depend on them.", documentation_only=True
            ),
            "security-tightened": Rule(E, "Credentials that were sufficient are not sufficient any more."),
            "security-relaxed": Rule(I, "Fewer credentials are needed than before."),
        },
    ),
    **_judged(
        "compare.documents",
        {
            "security-scheme-changed": Rule(I, "Its addresses or scopes are described differently."),
            "component-added": Rule(I, "No operation uses it.", documentation_only=True),
            "component-removed": Rule(I, "No operation used it.", documentation_only=True),
            "documentation-changed": Rule(
                I, "Documentation only.", documentation_only=True, judged=("compare.operations",)
            ),
        },
    ),
    **_judged(
        "compare.responses",
        {
            "success-status-removed": Rule(
                E, "A client that expects it does not receive it.", judged=("compare.operations",)
            ),
            "success-status-added": Rule(
                I, "Clients accept other statuses of the same class.", judged=("compare.operations",)
            ),
            "success-status-widened": Rule(
                I, "The same responses are described as default; their bodies are compared."
            ),
            "success-status-narrowed": Rule(I, "A class of statuses was replaced by statuses of that class."),
            "error-status-removed": Rule(I, "A call fails in fewer ways.", judged=("compare.operations",)),
            "error-status-added": Rule(I, "A call may always fail.", judged=("compare.operations",)),
            "response-media-type-removed": Rule(E, "A client that requests it is refused."),
            "response-media-type-added": Rule(I, "Only clients that request it receive it."),
            "unrequested-media-type-added": Rule(
                W, "The receiver of a callback or webhook does not choose the media type, and may not read this one."
            ),
            "response-media-type-narrowed": Rule(I, "The new media type is a subtype of the old one."),
            "response-media-type-variant-changed": Rule(
                W, "A reader of the old variant (another version, another charset) may not read the new one."
            ),
            "response-media-type-parameters-changed": Rule(I, "The media type itself is the same."),
            "required-header-removed": Rule(E, "A reader that relies on it fails."),
            "optional-header-removed": Rule(W, "An optional header is not sent any more."),
            "header-added": Rule(I, "Readers ignore unknown headers."),
            "header-became-optional": Rule(E, "A reader that relies on it fails."),
            "header-became-required": Rule(I, "A reader can rely on it."),
            "header-style-changed": Rule(E, "The value is serialized in another way."),
            "header-content-changed": Rule(E, "The value is serialized in another way."),
            "link-removed": Rule(W, "A client that follows the link fails."),
            "link-added": Rule(I, "Clients may follow it."),
            "link-changed": Rule(I, "It leads to another operation, or passes other values."),
            "response-annotation-changed": Rule(
                I, "Documentation only.", documentation_only=True, judged=("compare.bodies", "compare.operations")
            ),
        },
    ),
    **_judged(
        "compare.comparison",
        {
            "component-replaced": Rule(
                E, "A `$ref` names another component; at least one of the differences between the two is breaking."
            ),
            "component-replaced-at-risk": Rule(
                W, "A `$ref` names another component; the gravest difference between the two is a warning."
            ),
            "component-replaced-safely": Rule(
                I, "A `$ref` names another component; no difference between the two can make a client fail."
            ),
        },
    ),
    **_judged(
        "compare.parameters",
        {
            "required-parameter-added": Rule(E, "A call without it is refused."),
            "optional-parameter-added": Rule(I, "It may be left out."),
            "parameter-removed": Rule(W, "The server may ignore the value."),
            "parameter-removed-before-sunset": Rule(E, "Its x-sunset date is in the future."),
            "parameter-became-required": Rule(E, "A call without it is refused."),
            "parameter-became-optional": Rule(I, "It may be left out."),
            "parameter-style-changed": Rule(E, "The value is serialized in another way."),
            "parameter-content-changed": Rule(E, "The value is serialized in another way."),
            "parameter-empty-refused": Rule(E, "A call with an empty value is refused."),
            "parameter-empty-allowed": Rule(I, "An empty value is accepted."),
            "parameter-reserved-refused": Rule(E, "Reserved characters must now be escaped."),
            "parameter-reserved-allowed": Rule(I, "Reserved characters need not be escaped."),
            "parameter-became-deprecated": Rule(I, "It still works, but may be removed later."),
            "parameter-no-longer-deprecated": Rule(I, "It is not planned to be removed any more."),
            "parameter-idle-default-changed": Rule(
                I, "Clients always send a required parameter, so its default has no effect."
            ),
            "path-parameter-misdescribed": Rule(
                I, "A path parameter is always required and has the name in the path, whatever the document says."
            ),
            "path-parameter-described": Rule(I, "The description of the path parameter is now correct."),
            "parameter-annotation-changed": Rule(I, "Documentation only.", documentation_only=True),
        },
    ),
    **_judged(
        "compare.bodies",
        {
            "required-request-body-added": Rule(E, "A call without a body is refused."),
            "optional-request-body-added": Rule(I, "It may be left out."),
            "request-body-removed": Rule(E, "The server refuses or ignores the body."),
            "request-body-became-required": Rule(E, "A call without a body is refused."),
            "request-body-became-optional": Rule(I, "It may be left out."),
            "request-media-type-removed": Rule(E, "A body of that kind is refused."),
            "request-media-type-added": Rule(I, "No client sends it yet."),
            "request-encoding-changed": Rule(E, "A field of the form is serialized in another way."),
            "request-body-annotation-changed": Rule(I, "Documentation only.", documentation_only=True),
        },
    ),
    **_judged("model.lifecycle", {stem: Rule(level, why) for stem, (level, why) in _LIFECYCLE_RULES.items()}),
}


OWN_RULES: Final[dict[str, Rule]] = {
    "client-surface-changed": Rule(
        None,
        "The generated client changes, and no single change of the document explains it.",
        judged=("impact.attribution",),
    ),
    "accepted-entry-stale": Rule(
        W, "A row that accepts nothing would hide a later difference; delete it.", judged=("changes.accepted",)
    ),
    "not-released-yet": Rule(
        I, "The base itself says that no release of the service has it.", judged=("changes.unreleased",)
    ),
    "released-now": Rule(
        I, "A mark that is out of date would hide that the service removes it again.", judged=("changes.unreleased",)
    ),
    "service-of-another-release": Rule(
        W, "Its behavior may differ even where the two documents are alike.", judged=("changes.lag",)
    ),
}
"""Rules about the files of this project, marks in the base, and releases, not about the two documents."""

EFFECTS: Final[dict[str, Level]] = {
    "breaks": E,
    "adds": I,
    "adds to what is read": W,
    "widens": I,
    "widens what is returned": W,
    "narrows": I,
    "changes": I,
}
"""The levels of effects on the generated client."""


_PLAIN_NAMES: Final = {
    "operation-retired": "deprecated-operation-removed",
    "parameter-idle-default-changed": "required-parameter-default-changed",
}
_PLAIN_STEMS: Final = {
    "type-unsure": "type-change-undecided",
    "property-listed": "property-declared",
    "property-unlisted": "property-no-longer-declared",
    "alternative-implied": "redundant-alternative-changed",
    "overlap-changed": "contained-alternative-changed",
    "wrapped": "became-alternatives",
    "unwrapped": "no-longer-alternatives",
    "wrapped-safely": "became-alternatives-safely",
    "unwrapped-safely": "no-longer-alternatives-safely",
}
ALIASES: Final[dict[str, str]] = {
    **{plain: name for name, plain in _PLAIN_NAMES.items()},
    **{plain: stem for stem, plain in _PLAIN_STEMS.items()},
    **{f"{prefix}-{plain}": f"{prefix}-{stem}" for stem, plain in _PLAIN_STEMS.items() for prefix in PREFIXES},
}
"""Names of rules (and stems) in plainer words, with the names that reports use.

Reports keep the names on the right, because programs read them. Accepted files and ``explain`` take both.
"""
_ALIAS_OF: Final = {name: alias for alias, name in ALIASES.items()}


def reported_name(rule: str) -> str:
    """The name that reports use for a rule (or a stem): the rule's own name unless it is an alias."""
    return ALIASES.get(rule, rule)


def alias_of(rule: str) -> str:
    """The plainer name of a rule (or a stem) by the name that reports use; empty if it has none."""
    return _ALIAS_OF.get(rule, "")


def stem_of(rule: str) -> str:
    """The stem of a schema rule's name: ``type-changed`` for ``request-type-changed``; empty for other names."""
    prefix, _, stem = rule.partition("-")
    return stem if rule not in RULES and prefix in PREFIXES and stem in SCHEMA_RULES else ""


def rule_of(rule: str) -> Rule | SchemaRule:
    """The rule with a complete name; ``KeyError`` if there is none."""
    return RULES.get(rule) or SCHEMA_RULES.get(rule.partition("-")[2]) or OWN_RULES[rule]


def level_of(rule: str) -> Level:
    """The level of the rule with a complete name; ``KeyError`` if there is none, or if it has no single level."""
    found = rule_of(rule)
    if isinstance(found, SchemaRule):
        return found.level_in(rule.partition("-")[0])
    if found.level is None:
        raise KeyError(rule)
    return found.level


def why(rule: str) -> str:
    """The reason of the rule with a complete name; the name itself if there is no such rule."""
    try:
        return rule_of(rule).why
    except KeyError:
        return rule


def is_documentation_only(rule: str) -> bool:
    """Whether a rule is about documentation-only changes."""
    return rule_of(rule).documentation_only


def is_rule(rule: str) -> bool:
    """Whether there is a rule with this complete name."""
    return rule in RULES or rule in OWN_RULES or bool(stem_of(rule))


def names() -> list[str]:
    """Every name that a rule has: complete names, stems and aliases."""
    complete = (f"{prefix}-{stem}" for prefix in PREFIXES for stem in SCHEMA_RULES)
    return [*RULES, *OWN_RULES, *SCHEMA_RULES, *complete, *ALIASES]


def no_such_rule(name: str) -> str:
    """The clause about a name that no rule has, with the most similar one."""
    like = difflib.get_close_matches(name, names(), 1)
    more = f"; did you mean `{like[0]}`?" if like else "; `idc-drift explain` lists all rules"
    return f"there is no rule `{name}`{more}"
