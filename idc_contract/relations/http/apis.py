"""The requests of each generation that the relations of HTTP send, as data.

A new generation needs a row here, and no other change of these relations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from idc_contract.document.openapi import V1, V3, Operation
from idc_contract.document.shape import request_body
from idc_contract.relations.relation import Relation
from idc_contract.service import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from idc_contract.calls import Answer
    from idc_contract.relations.relation import Draw, Generation, Need
    from idc_contract.service import Service

    Filters = dict[str, list[str]]
    Body = Callable[[Service, Draw, "Api"], None]


VOLATILE = frozenset({"next_page", "last_login"})
"""Members of answers that differ each time."""


@dataclass(frozen=True)
class Asked:
    """One request to an operation: parameters and body."""

    operation: str
    body: Any = NOTHING
    query: tuple[tuple[str, str], ...] = ()

    def answer(self, service: Service, *headers: tuple[str, str], user: int | None = None, **more: Any) -> Answer:
        """Its answer."""
        body = {} if self.body is NOTHING or "raw" in more else {"body": self.body}
        return service.answer(self.operation, query=self.query, headers=headers, user=user, **body, **more)


@dataclass(frozen=True)
class Api:
    """A generation: requests that stand for its kinds."""

    generation: Generation
    operations: Mapping[str, Operation]
    reads: tuple[Asked, ...]
    """GET requests that anyone may send; their answers stay the same."""
    owned: tuple[Asked, ...]
    """GET requests of a user, about this user."""
    selection: Callable[[Filters], Asked]
    """A POST request that selects by values of text attributes."""
    selected: Callable[[Any], Any]
    """The part of its answer that says how much is selected."""
    links: str = ""
    """The operation that names the address of the served document; empty if none does."""
    slashed: tuple[str, ...] = ()
    """Paths with a slash at their end."""


def _preview(filters: Filters) -> Asked:
    body = {"name": "contract", "description": "", "filters": filters}
    return Asked("previewManifest", body, (("Patient_ID", "True"), ("page_size", "5")))


def _counts(filters: Filters) -> Asked:
    return Asked("countCohort", request_body("countCohort", {"terms": filters}))


APIS: dict[Generation, Api] = {
    api.generation: api
    for api in (
        Api(
            "v1",
            V1,
            reads=(Asked("getAbout"), Asked("listVersions"), Asked("listCollections")),
            owned=(Asked("getAccountDetails"), Asked("listCohorts")),
            selection=_preview,
            selected=lambda content: (content.get("manifest") or {}).get("totalFound"),
            slashed=("/v1/about/", "/v1/versions/"),
        ),
        Api(
            "v3",
            V3,
            reads=(Asked("getVersion"), Asked("getStats"), Asked("getCollections")),
            owned=(),
            selection=_counts,
            selected=lambda content: [content[name] for name in ("patients", "studies", "series", "instances")],
            links="getService",
            slashed=("/v3/stats/", "/v3/collections/"),
        ),
    )
}


class Shared:
    """Relations that are registered once, and held by every generation."""

    def __init__(self) -> None:
        self.all: list[tuple[Body, int, frozenset[str], str]] = []

    def __call__(
        self, examples: int = 1, needs: set[Need] | frozenset[Need] = frozenset(), *, where: str = "reads"
    ) -> Callable[[Body], Body]:
        """Return a decorator that adds a relation; ``where``: what of its API a generation must have."""

        def add(body: Body) -> Body:
            self.all.append((body, examples, frozenset(needs), where))
            return body

        return add

    def of(self, api: Api) -> list[Relation]:
        """The relations of one generation."""
        return list(self._of(api))

    def _of(self, api: Api) -> Iterator[Relation]:
        for body, number, needs, where in self.all:
            if not getattr(api, where):
                continue

            def held(service: Service, draw: Draw, body: Body = body) -> None:
                body(service, draw, api)

            sentence = " ".join((body.__doc__ or "").split())
            yield Relation(api.generation, body.__name__.replace("_", " "), sentence, held, number, needs)


relation = Shared()


def stable(content: Any) -> Any:
    """The content without what differs each time: page tokens, and the time at which a user came."""
    if isinstance(content, dict):
        return {name: stable(value) for name, value in content.items() if name not in VOLATILE}
    return [stable(value) for value in content] if isinstance(content, list) else content


def directives(answer: Answer, name: str = "cache-control") -> dict[str, str]:
    """The directives of all headers of a name, in lower case, with their values."""
    text = ",".join(value for key, value in answer.headers if key.lower() == name)
    pairs = (part.strip().partition("=") for part in text.lower().split(",") if part.strip())
    return {key.strip(): value.strip().strip('"') for key, _, value in pairs}
