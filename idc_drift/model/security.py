"""What a caller has to show.

Law: a scheme is what it asks for on the wire, not what it is called; alternatives are a choice, a set is a conjunction.
"""

from __future__ import annotations

from typing import Any

from ..documents.json_values import canonical


def describe_scheme(raw: dict[str, Any]) -> dict[str, Any]:
    """A security scheme: ``wire`` is what a caller does, ``rest`` is what else is said of it."""
    kind = str(raw.get("type"))
    if kind == "apiKey":
        place, name = str(raw.get("in")), str(raw.get("name"))
        wire = f"apiKey {place} {name.lower() if place == 'header' else name}"
    elif kind == "http":
        wire = f"http {str(raw.get('scheme')).lower()}"
    else:
        wire = kind
    scopes: set[str] = set()
    rest: dict[str, Any] = {}
    flows = raw.get("flows")
    for name, flow in flows.items() if isinstance(flows, dict) else ():
        if isinstance(flow, dict):
            listed = flow.get("scopes")
            scopes |= set(listed) if isinstance(listed, dict) else set()
            rest[name] = {key: value for key, value in flow.items() if key.endswith("Url")}
    if raw.get("openIdConnectUrl"):
        rest["openIdConnectUrl"] = raw["openIdConnectUrl"]
    return {"wire": wire, "scopes": sorted(scopes), "rest": canonical(rest)}


def effective_requirements(required: list[Any], schemes: dict[str, dict[str, Any]]) -> list[dict[str, tuple[str, ...]]]:
    """The alternatives of a requirement, by what the schemes ask for; none at all is one that asks nothing."""
    found: list[dict[str, tuple[str, ...]]] = []
    for alternative in required:
        if isinstance(alternative, dict):
            asked: dict[str, tuple[str, ...]] = {}
            for name, scopes in alternative.items():
                wire = schemes[name]["wire"] if name in schemes else f"unknown {name}"
                asked[wire] = tuple(
                    sorted({*asked.get(wire, ()), *(map(str, scopes) if isinstance(scopes, list) else ())})
                )
            if asked not in found:
                found.append(asked)
    return found or [{}]


def admits(asked: dict[str, tuple[str, ...]], shown: dict[str, tuple[str, ...]]) -> bool:
    """Whether what one alternative asks for is shown by a caller who satisfies another."""
    return all(wire in shown and set(scopes) <= set(shown[wire]) for wire, scopes in asked.items())
