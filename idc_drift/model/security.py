"""The security requirements of operations.

Law: a scheme is identified by what a request must contain, not by its name; of alternatives, one must hold; of a set,
all must hold.
"""

from __future__ import annotations

from typing import Any


def describe_scheme(raw: dict[str, Any]) -> dict[str, Any]:
    """The description of a security scheme: ``wire`` is what a request must contain, ``rest`` is everything else."""
    kind = str(raw.get("type"))
    if kind == "apiKey":
        place, name = str(raw.get("in")), str(raw.get("name"))
        wire = f"apiKey {place} {name.lower() if place == 'header' else name}"
    elif kind == "http":
        wire = f"http {str(raw.get('scheme')).lower()}"
    else:
        wire = kind
    scopes: set[str] = set()
    rest: dict[str, str] = {}
    flows = raw.get("flows")
    for name, flow in flows.items() if isinstance(flows, dict) else ():
        if isinstance(flow, dict):
            listed = flow.get("scopes")
            scopes |= set(listed) if isinstance(listed, dict) else set()
            rest[f"flow {name}"] = "available"
            rest |= {f"{key} of {name}": str(value) for key, value in flow.items() if key.endswith("Url")}
    if raw.get("openIdConnectUrl"):
        rest["openIdConnectUrl"] = str(raw["openIdConnectUrl"])
    return {"wire": wire, "scopes": sorted(map(str, scopes)), "rest": rest}


def effective_requirements(required: list[Any], schemes: dict[str, dict[str, Any]]) -> list[dict[str, tuple[str, ...]]]:
    """The alternatives of a security requirement; without any, the only alternative needs no credentials."""
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
    """Whether a request that satisfies the alternative `shown` also satisfies `asked`."""
    return all(wire in shown and set(scopes) <= set(shown[wire]) for wire, scopes in asked.items())
