"""Every rule: how grave it is, for whom, why, and which module judges it.

Law: a level stands here and nowhere else. A rule of schemas is named by where the schema is (``request``, ``response``,
``parameter``, ``header``) and by its stem: ``request-type-changed``; every other rule has one complete name. The
name of a rule (of a schema's, its stem) is a literal in the modules that judge it, and put together nowhere.

It is one table, and longer than a module should be because it is read as one.
"""

from __future__ import annotations

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
    "is_noise",
    "level_of",
    "reported_name",
    "rule_of",
    "stem_of",
    "why",
]

PREFIXES: Final = ("request", "response", "parameter", "header")
"""What a schema describes. Parameters and request bodies are sent; responses and their headers are received."""
SENT: Final = ("request", "parameter")


@dataclass(frozen=True)
class Rule:
    """A rule about operations and what hangs on them, or about files of ours."""

    level: Level | None
    """None if each finding has a level of its own, one of ``EFFECTS``."""
    why: str
    noise: bool = False
    judged: tuple[str, ...] = ()
    """The modules of this package in which its name stands as a literal, ``compare.bodies``."""


@dataclass(frozen=True)
class SchemaRule:
    """A rule about schemas: one level if the client sends the value, one if it receives it."""

    sent: Level
    received: Level
    why: str
    parameter: Level | None = None
    """The level in a parameter, where it is not that of a body."""
    noise: bool = False
    judged: tuple[str, ...] = ()
    """As of a ``Rule``."""

    def level_in(self, direction: str) -> Level:
        """How grave it is in a ``request``, a ``parameter``, a ``response`` or a ``header``."""
        if direction == "parameter" and self.parameter is not None:
            return self.parameter
        return self.sent if direction in SENT else self.received


_AnyRule = TypeVar("_AnyRule", bound=Rule | SchemaRule)


def _judged(module: str, rules: dict[str, _AnyRule]) -> dict[str, _AnyRule]:
    """Rules that are judged in a module, and perhaps in others that they name themselves."""
    return {name: replace(rule, judged=(module, *rule.judged)) for name, rule in rules.items()}


E: Final[Level] = "breaking"
W: Final[Level] = "warning"
I: Final[Level] = "info"  # noqa: E741 - the table is read as a table

_LIFECYCLE_RULES: Final[dict[str, tuple[Level, str]]] = {
    "sunset-removed": (E, "It was to work until a day that nobody names any more."),
    "sunset-brought-forward": (E, "It is to work for a shorter time than was promised."),
    "sunset-unreadable": (E, "Until when it works cannot be read, so nobody can rely on it."),
    "sunset-lifted": (I, "It is not to end."),
    "sunset-set": (I, "It works until that day at least."),
    "stability-lowered": (E, "It may change more than was promised."),
    "stability-unreadable": (E, "It is not one of draft, alpha, beta and stable, so nobody can rely on it."),
    "stability-raised": (I, "It may change less than before."),
}
"""Of an operation, a parameter or a property."""

SCHEMA_RULES: Final[dict[str, SchemaRule]] = {
    **_judged(
        "judge.types",
        {
            "type-changed": SchemaRule(
                E, E, "Values of the one type are not values of the other.", judged=("judge.context",)
            ),
            "type-widened": SchemaRule(I, E, "More may be sent; what is received may be of a type nobody handles."),
            "type-narrowed": SchemaRule(E, I, "What used to be sent is refused; what is received was possible before."),
            "type-unsure": SchemaRule(
                W, W, "It depends on how the parameter is written on the wire, which is left open."
            ),
        },
    ),
    **_judged(
        "judge.values",
        {
            "format-changed": SchemaRule(E, E, "The text of a value is read in another way."),
            "format-widened": SchemaRule(I, E, "More texts or numbers are values than before."),
            "format-narrowed": SchemaRule(E, I, "Fewer texts or numbers are values than before."),
            "became-nullable": SchemaRule(I, E, "Null may be sent; a reader that does not expect null meets it."),
            "became-not-nullable": SchemaRule(E, I, "Null is refused; a reader that expects null never meets it."),
            "enum-value-added": SchemaRule(I, W, "One more may be sent; a reader may not know the value."),
            "enum-value-removed": SchemaRule(E, I, "A value in use is refused; a reader never meets it."),
            "enum-changed": SchemaRule(E, E, "The one value is another one."),
            "became-enum": SchemaRule(E, I, "All but the listed values are refused; a reader meets fewer."),
            "enum-dropped": SchemaRule(I, E, "Any value may be sent; a reader meets values beyond the list it knows."),
            "extensible-enum-value-removed": SchemaRule(E, I, "A value in use is no longer named."),
            "extensible-enum-value-added": SchemaRule(I, I, "Readers of an extensible list expect more values."),
            "default-added": SchemaRule(
                I, I, "What an absent value means is now said.", parameter=E, judged=("compare.parameters",)
            ),
            "default-changed": SchemaRule(
                I, I, "An absent value means something else.", parameter=E, judged=("compare.parameters",)
            ),
            "default-removed": SchemaRule(
                I, I, "What an absent value means is no longer said.", parameter=E, judged=("compare.parameters",)
            ),
            "bound-tightened": SchemaRule(
                E, I, "Values that were sent are refused; those received were possible before."
            ),
            "bound-set": SchemaRule(W, I, "A limit is now said that may always have been there."),
            "bound-relaxed": SchemaRule(I, E, "More may be sent; a reader meets values beyond the limit it relied on."),
            "bound-unset": SchemaRule(
                I, E, "Anything may be sent; a reader meets values beyond the limit it relied on."
            ),
            "multiple-of-set": SchemaRule(E, I, "Other numbers are refused."),
            "multiple-of-unset": SchemaRule(I, E, "Any number may be met."),
            "multiple-of-tightened": SchemaRule(E, I, "Numbers that were sent are refused."),
            "multiple-of-relaxed": SchemaRule(I, E, "Numbers are met that were impossible before."),
            "multiple-of-changed": SchemaRule(E, E, "Neither step is a multiple of the other."),
            "unique-items-set": SchemaRule(E, I, "Lists with repetitions are refused."),
            "unique-items-unset": SchemaRule(I, E, "A reader that relied on unique elements meets repetitions."),
            "pattern-added": SchemaRule(E, I, "Texts that do not match are refused."),
            "pattern-changed": SchemaRule(
                W, I, "Whether the new pattern admits all that the old one did is not decided here."
            ),
            "pattern-removed": SchemaRule(I, I, "Any text may be sent; a reader rarely relies on a pattern."),
            "content-schema-added": SchemaRule(E, I, "What the text encodes must now fit a schema."),
            "content-schema-removed": SchemaRule(I, E, "What the text encodes need not fit a schema any more."),
            "content-encoding-added": SchemaRule(E, I, "The text is now read as an encoding."),
            "content-encoding-removed": SchemaRule(I, E, "The text is no longer said to be an encoding."),
            "content-encoding-changed": SchemaRule(E, E, "The text encodes something else, or in another way."),
            "deprecated": SchemaRule(I, I, "It works, and will not for ever."),
            "no-longer-deprecated": SchemaRule(I, I, "It is to stay."),
            "annotation-changed": SchemaRule(I, I, "Documentation only.", noise=True),
        },
    ),
    **_judged(
        "judge.objects",
        {
            "required-property-added": SchemaRule(
                E, I, "A request without it is refused; a reader ignores what it does not know."
            ),
            "property-added": SchemaRule(I, I, "It may be left out; a reader ignores what it does not know."),
            "property-listed": SchemaRule(I, I, "It was one of the others, and stays what they are.", noise=True),
            "property-unlisted": SchemaRule(I, I, "It is one of the others now, and stays what they are.", noise=True),
            "property-removed": SchemaRule(W, W, "What is sent may be ignored; what was sometimes there never comes."),
            "property-forbidden": SchemaRule(E, W, "The object is closed, so a request that still has it is refused."),
            "required-property-removed": SchemaRule(
                W, E, "What is sent may be ignored; a reader that relies on it fails."
            ),
            "property-became-required": SchemaRule(E, I, "A request without it is refused; a reader can rely on it."),
            "property-became-optional": SchemaRule(I, E, "It may be left out; a reader that relies on it fails."),
            "became-read-only": SchemaRule(I, I, "It is no longer sent."),
            "became-not-read-only": SchemaRule(I, I, "It may be sent as well."),
            "became-write-only": SchemaRule(I, I, "It is no longer received."),
            "became-not-write-only": SchemaRule(I, I, "It may be received as well."),
            "required-property-became-not-read-only": SchemaRule(W, W, "A request without it may be refused now."),
            "required-property-became-write-only": SchemaRule(W, W, "A reader that was promised it may miss it."),
            "required-property-became-not-write-only": SchemaRule(
                W, W, "A reader that checks its object meets one more property."
            ),
            "additional-properties-closed": SchemaRule(E, I, "Properties beyond the listed ones are refused."),
            "additional-properties-opened": SchemaRule(I, E, "Properties beyond the listed ones are met."),
            "additional-properties-narrowed": SchemaRule(
                E, I, "Properties beyond the listed ones must now fit a schema."
            ),
            "additional-properties-widened": SchemaRule(
                I, E, "Properties beyond the listed ones need not fit a schema any more."
            ),
            "pattern-property-added": SchemaRule(E, I, "Properties of such a name must now fit a schema."),
            "pattern-property-removed": SchemaRule(I, E, "Properties of such a name need not fit a schema any more."),
            "property-names-added": SchemaRule(E, I, "Names of properties are restricted."),
            "property-names-removed": SchemaRule(I, E, "Names of properties are free."),
            "dependent-required-added": SchemaRule(E, I, "One property now needs another."),
            "dependent-required-removed": SchemaRule(I, E, "One property no longer brings another."),
            "dependent-schema-added": SchemaRule(E, I, "One property now puts conditions on the object."),
            "dependent-schema-removed": SchemaRule(I, E, "One property no longer puts conditions on the object."),
            "unevaluated-added": SchemaRule(E, I, "What no keyword speaks of is restricted."),
            "unevaluated-removed": SchemaRule(I, E, "What no keyword speaks of is free."),
            "prefix-items-added": SchemaRule(E, I, "An element at that position must now fit a schema of its own."),
            "prefix-items-removed": SchemaRule(I, E, "An element at that position no longer has a schema of its own."),
            "contains-added": SchemaRule(E, I, "A list must now contain such an element."),
            "contains-removed": SchemaRule(I, E, "A list need not contain such an element any more."),
            "contains-tightened": SchemaRule(E, I, "How many such elements a list may have is narrower."),
            "contains-relaxed": SchemaRule(I, E, "How many such elements a list may have is wider."),
        },
    ),
    **_judged(
        "judge.composition",
        {
            "all-of-added": SchemaRule(E, I, "One more schema has to be satisfied."),
            "all-of-removed": SchemaRule(
                W, I, "One schema fewer has to be satisfied; what it described may be ignored."
            ),
            "not-added": SchemaRule(E, I, "Some values are refused."),
            "not-removed": SchemaRule(I, E, "Values are met that were excluded before."),
            "not-tightened": SchemaRule(E, I, "More values are refused."),
            "not-relaxed": SchemaRule(I, E, "Values are met that were excluded before."),
            "not-changed": SchemaRule(E, E, "Other values are excluded than before."),
            "condition-added": SchemaRule(E, I, "Under a condition, more is asked."),
            "condition-removed": SchemaRule(I, E, "Under a condition, less is promised."),
            "condition-changed": SchemaRule(E, E, "The condition, or what it asks, is another."),
        },
    ),
    **_judged(
        "judge.alternatives",
        {
            "any-of-added": SchemaRule(I, E, "One more alternative may be sent; a reader may not know it."),
            "any-of-removed": SchemaRule(E, I, "An alternative in use is refused; a reader never meets it."),
            "one-of-added": SchemaRule(I, E, "One more alternative may be sent; a reader may not know it."),
            "one-of-removed": SchemaRule(E, I, "An alternative in use is refused; a reader never meets it."),
            "alternative-implied": SchemaRule(
                I, I, "Another alternative of anyOf admits all of it, on both sides.", noise=True
            ),
            "overlap-changed": SchemaRule(
                I, I, "The alternative of oneOf is part of another one, which is there on both sides."
            ),
            "wrapped": SchemaRule(E, E, "One schema became alternatives, none or several of which the old values fit."),
            "unwrapped": SchemaRule(E, E, "Alternatives became one schema that not all of the old values fit."),
            "wrapped-safely": SchemaRule(I, I, "One schema became alternatives, and every value still fits."),
            "unwrapped-safely": SchemaRule(I, I, "Alternatives became one schema, and every value still fits."),
            "alternatives-added": SchemaRule(E, I, "One of several more schemas has to be satisfied."),
            "alternatives-removed": SchemaRule(I, E, "None of several schemas has to be satisfied any more."),
            "any-of-became-one-of": SchemaRule(E, I, "A value that fits several alternatives is refused."),
            "one-of-became-any-of": SchemaRule(I, E, "A value may fit several alternatives."),
            "discriminator-added": SchemaRule(I, I, "It names the alternative, and does not change which there are."),
            "discriminator-removed": SchemaRule(I, I, "It named the alternative, and does not change which there are."),
            "discriminator-changed": SchemaRule(I, I, "It names the alternative in another way."),
        },
    ),
    **_judged(
        "judge.judge",
        {
            "reference-changed": SchemaRule(
                W, W, "A reference that leads nowhere leads nowhere else; what it stands for is unknown."
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
            "path-removed": Rule(E, "Every call of it fails."),
            "operation-removed": Rule(E, "Every call of it fails."),
            "operation-retired": Rule(W, "It was deprecated, and no day to come was named; or it never was stable."),
            "endpoint-added": Rule(I, "Nobody calls it yet."),
            "webhook-removed": Rule(E, "A receiver waits for it in vain."),
            "webhook-added": Rule(I, "Nobody receives it yet."),
            "callback-removed": Rule(E, "A receiver waits for it in vain."),
            "callback-added": Rule(I, "It comes to those who ask for it."),
            "operation-deprecated": Rule(I, "It works, and will not for ever."),
            "operation-no-longer-deprecated": Rule(I, "It is to stay."),
            "operation-id-changed": Rule(I, "It is not on the wire; generated names follow it.", noise=True),
            "tags-changed": Rule(I, "They are not on the wire; generated names may follow them.", noise=True),
            "security-tightened": Rule(E, "Credentials that were enough are not any more."),
            "security-relaxed": Rule(I, "Less is asked for than before."),
            "security-scheme-changed": Rule(I, "Its addresses or scopes are described differently."),
            "servers-changed": Rule(I, "Where the service is, not what it is.", noise=True),
            "component-added": Rule(I, "Nothing uses it.", noise=True),
            "component-removed": Rule(I, "Nothing used it.", noise=True),
            "documentation-changed": Rule(I, "Documentation only.", noise=True),
        },
    ),
    **_judged(
        "compare.responses",
        {
            "callback-body-became-optional": Rule(E, "A receiver that reads the body may get none."),
            "callback-body-became-required": Rule(I, "A receiver gets what it may have got before."),
            "success-status-removed": Rule(E, "A caller waits for it in vain."),
            "success-status-added": Rule(I, "Callers are to accept what is of the same class."),
            "success-status-narrowed": Rule(I, "A class of statuses became one of them."),
            "error-status-removed": Rule(I, "A call fails in fewer ways."),
            "error-status-added": Rule(I, "A call may always fail."),
            "response-media-type-removed": Rule(E, "A caller that asks for it is refused."),
            "response-media-type-added": Rule(I, "It comes to those who ask for it."),
            "response-media-type-narrowed": Rule(I, "The new kind is a kind of the old one."),
            "response-media-type-parameters-changed": Rule(I, "It is the same kind of body."),
            "response-body-removed": Rule(E, "A reader finds nothing to read."),
            "required-header-removed": Rule(E, "A reader that relies on it fails."),
            "optional-header-removed": Rule(W, "What was sometimes there never comes."),
            "header-added": Rule(I, "A reader ignores what it does not know."),
            "header-became-optional": Rule(E, "A reader that relies on it fails."),
            "header-became-required": Rule(I, "A reader can rely on it."),
            "header-style-changed": Rule(E, "The value is written in another way on the wire."),
            "header-content-changed": Rule(E, "The value is written in another way on the wire."),
            "link-removed": Rule(W, "A caller that follows it finds nothing."),
            "link-added": Rule(I, "A way to go on."),
            "link-changed": Rule(I, "It leads elsewhere, or takes other values along."),
            "response-annotation-changed": Rule(I, "Documentation only.", noise=True, judged=("compare.bodies",)),
        },
    ),
    **_judged(
        "compare.parameters",
        {
            "required-parameter-added": Rule(E, "A call without it is refused."),
            "optional-parameter-added": Rule(I, "It may be left out."),
            "parameter-removed": Rule(W, "What is sent may be ignored."),
            "parameter-removed-before-sunset": Rule(E, "It was to work for longer."),
            "parameter-became-required": Rule(E, "A call without it is refused."),
            "parameter-became-optional": Rule(I, "It may be left out."),
            "parameter-style-changed": Rule(E, "The value is written in another way on the wire."),
            "parameter-content-changed": Rule(E, "The value is written in another way on the wire."),
            "parameter-empty-refused": Rule(E, "A call with an empty value is refused."),
            "parameter-empty-allowed": Rule(I, "The value may be empty."),
            "parameter-reserved-refused": Rule(E, "Reserved characters must now be escaped."),
            "parameter-reserved-allowed": Rule(I, "Reserved characters need not be escaped."),
            "parameter-became-deprecated": Rule(I, "It works, and will not for ever."),
            "parameter-no-longer-deprecated": Rule(I, "It is to stay."),
            "parameter-idle-default-changed": Rule(
                I, "A parameter that is said to be required has no use for a default."
            ),
            "path-parameter-misdescribed": Rule(I, "It is required and called as the path calls it, whatever is said."),
            "path-parameter-described": Rule(I, "It is said to be what a path parameter is."),
            "parameter-annotation-changed": Rule(I, "Documentation only.", noise=True),
        },
    ),
    **_judged(
        "compare.bodies",
        {
            "required-request-body-added": Rule(E, "A call without a body is refused."),
            "optional-request-body-added": Rule(I, "It may be left out."),
            "request-body-removed": Rule(E, "What is sent is refused or ignored."),
            "request-body-became-required": Rule(E, "A call without a body is refused."),
            "request-body-became-optional": Rule(I, "It may be left out."),
            "request-media-type-removed": Rule(E, "A body of that kind is refused."),
            "request-media-type-added": Rule(I, "Nobody sends it yet."),
            "request-encoding-changed": Rule(E, "A part of the form is written in another way on the wire."),
            "request-body-annotation-changed": Rule(I, "Documentation only.", noise=True),
        },
    ),
    **_judged("model.lifecycle", {stem: Rule(level, why) for stem, (level, why) in _LIFECYCLE_RULES.items()}),
}


OWN_RULES: Final[dict[str, Rule]] = {
    "client-surface-changed": Rule(
        None,
        "The generated client changes, and no single change of the document says why.",
        judged=("impact.attribution",),
    ),
    "accepted-entry-stale": Rule(
        W, "A row that accepts nothing hides the next difference; it is to be deleted.", judged=("changes.accepted",)
    ),
}
"""Rules about files of ours, and not about the two documents."""

EFFECTS: Final[dict[str, Level]] = {
    "breaks": E,
    "adds": I,
    "adds to what is read": W,
    "widens": I,
    "widens what is returned": W,
    "narrows": I,
    "changes": I,
}
"""How grave it is what a change does to the generated client."""


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
    """The stem of a schema rule by its complete name, ``type-changed`` of ``request-type-changed``; else empty."""
    prefix, _, stem = rule.partition("-")
    return stem if rule not in RULES and prefix in PREFIXES and stem in SCHEMA_RULES else ""


def rule_of(rule: str) -> Rule | SchemaRule:
    """A rule by its complete name; ``KeyError`` if there is none."""
    return RULES.get(rule) or SCHEMA_RULES.get(rule.partition("-")[2]) or OWN_RULES[rule]


def level_of(rule: str) -> Level:
    """The level of a rule by its complete name; ``KeyError`` if there is no such rule, or if it has no single level."""
    found = rule_of(rule)
    if isinstance(found, SchemaRule):
        return found.level_in(rule.partition("-")[0])
    if found.level is None:
        raise KeyError(rule)
    return found.level


def why(rule: str) -> str:
    """The reason of a rule by its complete name; its name, should there be none."""
    try:
        return rule_of(rule).why
    except KeyError:
        return rule


def is_noise(rule: str) -> bool:
    """Whether a rule is about the document's environment only."""
    return rule_of(rule).noise
