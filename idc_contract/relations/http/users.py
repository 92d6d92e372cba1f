"""Users: what caches may keep of their answers, and that answers at the same time are not exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from idc_contract.calls import JSON, Request, dumps
from idc_contract.judge import judge
from idc_contract.relations.http.answers import NO_TAG
from idc_contract.relations.http.apis import directives, relation, stable
from idc_contract.relations.http.bodies import agree, how_much
from idc_contract.relations.relation import holds, same

if TYPE_CHECKING:
    from idc_contract.calls import Answer
    from idc_contract.relations.http.apis import Api, Asked
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

ROUNDS = 3


def _private(answer: Answer, what: str) -> None:
    """No shared cache may keep an answer."""
    found = directives(answer)
    shared = {"public"} & set(found) | {name for name in ("s-maxage",) if found.get(name, "0") not in ("0", "")}
    holds(not shared, "a shared cache may keep an answer to a user", f"{what}: {sorted(shared)}", answer)


@relation(where="owned")
def no_shared_cache_keeps_what_belongs_to_a_user(service: Service, draw: Draw, api: Api) -> None:
    """The answers to a user, and refusals of a token, are not for shared caches."""
    for asked in api.owned:
        _private(asked.answer(service), f"{asked.operation} without a token")
        for user in range(len(service.users[:2])):
            _private(asked.answer(service, user=user), f"{asked.operation} of a user")


@relation(needs={"users"}, where="owned")
def a_tag_is_of_one_user(service: Service, draw: Draw, api: Api) -> None:
    """What one user has seen is not "not modified" for another."""
    for asked in api.owned:
        mine, others = (asked.answer(service, user=user) for user in (0, 1))
        seen = tuple((name, value) for name, value in (("if-none-match", mine.header("etag") or NO_TAG),
                     ("if-modified-since", mine.header("last-modified"))) if value)  # fmt: skip
        answer = asked.answer(service, *seen, user=1)
        if answer.status == 304:
            same(mine.content, others.content, f"{asked.operation}, not modified for another user")
        else:
            same(answer.content, others.content, f"{asked.operation} with a tag of another user")


@relation(needs={"users"}, where="owned")
def users_at_once_get_their_own_answers(service: Service, draw: Draw, api: Api) -> None:
    """Requests of two users at the same time, or in turns, have the answers that they have alone."""
    alone = {(number, user): stable(asked.answer(service, user=user).content)
             for number, asked in enumerate(api.owned) for user in (0, 1)}  # fmt: skip
    order = draw(st.permutations([*alone] * ROUNDS))
    requests = [_request(service, api, api.owned[number], user) for number, user in order]
    for (number, user), answer in zip(order, service.together(requests), strict=True):
        content = judge(api.operations[api.owned[number].operation], answer)
        same(stable(content), alone[number, user], f"{api.owned[number].operation} of user {user}, among others")
    for number, user in (*alone, *alone):
        found = stable(api.owned[number].answer(service, user=user).content)
        same(found, alone[number, user], f"{api.owned[number].operation} of user {user}, in turns")


def _request(service: Service, api: Api, asked: Asked, user: int | None) -> Request:
    """A request that is not sent yet."""
    operation = api.operations[asked.operation]
    query = "&".join(f"{name}={value}" for name, value in asked.query)
    headers = () if user is None else service.users[user].headers
    body = dumps(asked.body) if operation.body else b""
    target = f"{operation.path}?{query}" if query else operation.path
    return Request(operation.method, target, (*(JSON if body else ()), *headers), body)


@relation()
def answers_at_once_are_not_exchanged(service: Service, draw: Draw, api: Api) -> None:
    """Different selections that are requested at the same time have the answers that they have alone."""
    some = [api.selection({"Modality": [name]}) for name in ("CT", "MR", "SEG", "SR", "no such", "PT")]
    alone = [how_much(api, asked, asked.answer(service)) for asked in some]
    order = draw(st.permutations([*range(len(some))] * 2))
    requests = [_request(service, api, some[number], None) for number in order]
    for number, answer in zip(order, service.together(requests), strict=True):
        agree(how_much(api, some[number], answer), alone[number], f"selected by {some[number].body}, among others")
