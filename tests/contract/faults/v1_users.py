"""Faults of v1: access of users, and saved cohorts."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import (
    altered,
    altered_request,
    fault,
    get,
    header,
    last,
    operation,
    reply,
    with_content,
    with_header,
)
from tests.contract.faults.v1_answers import SAVED, echo_of, spec_of

if TYPE_CHECKING:
    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

KEY = "authorization"


def number(request: Request) -> int:
    """The cohort that a path names; -1 if none."""
    part = request.path.split("/")[3:4]
    return int(part[0]) if part and part[0].isdecimal() else -1


def owned(request: Request, key: str | None) -> Request:
    """The request with the token of another user."""
    return with_header(request, KEY, key)


class Keys:
    """The base of these faults: it remembers tokens, and the owner of each cohort."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.owners: dict[int, str] = {}

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request, and look at the answer again."""
        answer, key = await forward(request), header(request, KEY)
        if key and answer.status == 200 and operation(request) in ("createCohort", "listCohorts", "getAccountDetails"):
            self.keys += [key] if key not in self.keys else []
            with suppress(KeyError):
                self.owners[answer.content["cohort_properties"]["cohort_id"]] = key
        return await self.again(answer, request, forward) or answer

    async def again(self, answer: Answer, request: Request, forward: Serve) -> Answer | None:
        """Another answer, or None."""
        raise NotImplementedError


# --- who is let in ---------------------------------------------------------------------------------------------------


@fault("v1", "tokens")
class NoTokenNeeded(Keys):
    """A request without a token uses the user of the request before."""

    async def again(self, answer: Answer, request: Request, forward: Serve) -> Answer | None:
        """Let in."""
        bare = answer.status == 401 and header(request, KEY) is None and self.keys
        return await forward(owned(request, self.keys[-1])) if bare else None


@fault("v1", "tokens")
class AnyToken(Keys):
    """Any text is accepted as a token."""

    async def again(self, answer: Answer, request: Request, forward: Serve) -> Answer | None:
        """Let in."""
        wrong = answer.status == 401 and header(request, KEY) and self.keys
        return await forward(owned(request, self.keys[-1])) if wrong else None


@fault("v1", "tokens")
class SignatureUnchecked(Keys):
    """The signature of a token is not checked."""

    async def again(self, answer: Answer, request: Request, forward: Serve) -> Answer | None:
        """Accept the user that is named."""
        mail = _mail(header(request, KEY))
        known = next((key for key in self.keys if mail and _mail(key) == mail), None)
        return await forward(owned(request, known)) if answer.status == 401 and known else None


def _mail(key: str | None) -> str:
    with suppress(ValueError, IndexError, AttributeError):
        claims = (key or "").split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["email"])
    return ""


@altered_request(
    "v1", "tokens", "listCohorts", "getAccountDetails", "createCohort", "deleteCohort", "deleteCohorts", *SAVED
)
def any_scheme(request: Request) -> Request | None:
    """A token is accepted with any authentication scheme."""
    scheme, _, token = (header(request, KEY) or "").partition(" ")
    return owned(request, f"Bearer {token}") if scheme and token else None


@fault("v1", "tokens")
async def refused_400(request: Request, forward: Serve) -> Answer:
    """A request without a token is answered with 400."""
    answer = await forward(request)
    if answer.status != 401:
        return answer
    return reply(request, 400, {"code": 400, "message": "Missing or invalid credentials"})


# --- what belongs to others ------------------------------------------------------------------------------------------


@fault("v1", "ownership")
class ForeignManifest(Keys):
    """Manifests of other users' cohorts can be read."""

    async def again(self, answer: Answer, request: Request, forward: Serve) -> Answer | None:
        """Ask as the owner."""
        foreign = answer.status == 403 and operation(request) == "getCohortManifest"
        return await forward(owned(request, self.owners.get(number(request)))) if foreign else None


@fault("v1", "ownership")
class ForeignQuery(Keys):
    """Other users' cohorts can be queried."""

    async def again(self, answer: Answer, request: Request, forward: Serve) -> Answer | None:
        """Ask as the owner."""
        foreign = answer.status == 403 and operation(request) == "queryCohort"
        return await forward(owned(request, self.owners.get(number(request)))) if foreign else None


@fault("v1", "ownership")
class ForeignListed(Keys):
    """The list of cohorts has the cohorts of all users."""

    async def again(self, answer: Answer, request: Request, forward: Serve) -> Answer | None:
        """Add the others' lists."""
        if answer.status != 200 or operation(request) != "listCohorts":
            return None
        content, own_key = answer.json(), header(request, KEY)
        for key in self.keys:
            content["cohorts"] += (await forward(owned(request, key))).json()["cohorts"] if key != own_key else []
        return with_content(answer, content)


@fault("v1", "ownership")
class ForeignDeleted(Keys):
    """Other users' cohorts can be deleted, one by one."""

    async def again(self, answer: Answer, request: Request, forward: Serve) -> Answer | None:
        """Delete as the owner."""
        foreign = operation(request) == "deleteCohort" and "delete_permission" in answer.text
        return await forward(owned(request, self.owners.get(number(request)))) if foreign else None


@fault("v1", "ownership")
class ForeignDeletedTogether(Keys):
    """Other users' cohorts can be deleted, several at once."""

    async def again(self, answer: Answer, request: Request, forward: Serve) -> Answer | None:
        """Delete as the owners."""
        if operation(request) != "deleteCohorts" or "delete_permission" not in answer.text:
            return None
        content = answer.json()
        for place, one in enumerate(content["cohorts"]):
            if "delete_permission" in one["result"]:
                key = self.owners.get(one["cohort_id"])
                other = await forward(owned(request.with_json({"cohorts": [one["cohort_id"]]}), key))
                content["cohorts"][place] = other.json()["cohorts"][0]
        return with_content(answer, content)


@fault("v1", "ownership")
class FirstUsersAccount(Keys):
    """Every user gets the account of the first user."""

    async def again(self, answer: Answer, request: Request, forward: Serve) -> Answer | None:
        """Ask as the first."""
        own_key = answer.status == 200 and operation(request) == "getAccountDetails"
        return await forward(owned(request, self.keys[0])) if own_key else None


@fault("v1", "ownership")
class PageTokenOfAnother(Keys):
    """A page token of any saved cohort is valid for every other cohort, also of other users."""

    def __init__(self) -> None:
        super().__init__()
        self.homes: dict[str, Request] = {}

    async def again(self, answer: Answer, request: Request, forward: Serve) -> Answer | None:
        """Serve the page to which the token belongs."""
        token = request.query.get("next_page", "")
        if operation(request) not in SAVED:
            return None
        if answer.status == 200:
            self.homes[answer.content["next_page"] or "the end"] = self.homes.get(token, request)
        home = self.homes.get(token)
        stale = answer.status == 400 and home and operation(home) == operation(request)
        return await forward(home.with_query(next_page=token)) if stale and home else None


# --- what is deleted -------------------------------------------------------------------------------------------------


class Twins:
    """Every saved cohort has a hidden copy: changes of the copy do not change the cohort."""

    def __init__(self) -> None:
        self.twins: dict[int, int] = {}

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Make a twin, hide the twins, or let ``other`` answer."""
        match operation(request):
            case "createCohort":
                answer = await forward(request)
                if answer.status == 200:
                    twin = echo_of((await forward(request)).content)["cohort_id"]
                    self.twins[echo_of(answer.content)["cohort_id"]] = twin
                return answer
            case "listCohorts":
                return self.listed(await forward(request))
        return await self.other(request, forward)

    def listed(self, answer: Answer) -> Answer:
        """The list without twins."""
        if answer.status != 200:
            return answer
        content, hidden = answer.json(), set(self.twins.values())
        content["cohorts"] = [one for one in content["cohorts"] if one["cohort_id"] not in hidden]
        return with_content(answer, content)

    async def other(self, request: Request, forward: Serve) -> Answer:
        """Any other request."""
        raise NotImplementedError

    async def by_twin(self, request: Request, forward: Serve, cohort: int) -> Answer:
        """What the twin answers, in the cohort's name."""
        twin = self.twins.get(cohort, cohort)
        target = request.target.replace(f"/cohorts/{cohort}", f"/cohorts/{twin}", 1)
        body = request.with_json({"cohorts": [twin]}).body if operation(request) == "deleteCohorts" else request.body
        answer = await forward(replace(request, target=target, body=body))
        content = json.loads(
            answer.text.replace(f"ohort {twin} ", f"ohort {cohort} ").replace(f"ID {twin}", f"ID {cohort}")
        )
        for one in (echo_of(content), *content.get("cohorts", ())):
            if "cohort_id" in one:
                one["cohort_id"] = cohort
        return with_content(answer, content)


@fault("v1", "deletion")
class UsedAfterDeletion(Twins):
    """A deleted cohort still has a manifest."""

    used = "getCohortManifest"

    async def other(self, request: Request, forward: Serve) -> Answer:
        """Ask the twin."""
        answer = await forward(request)
        gone = answer.status == 403 and operation(request) == self.used
        return await self.by_twin(request, forward, number(request)) if gone else answer


@fault("v1", "deletion")
class QueriedAfterDeletion(UsedAfterDeletion):
    """A deleted cohort can still be queried."""

    used = "queryCohort"


@fault("v1", "deletion")
class DeletionDoesNothing(Twins):
    """Deleting one cohort is confirmed and not done."""

    async def other(self, request: Request, forward: Serve) -> Answer:
        """Delete the twin."""
        alone = operation(request) == "deleteCohort" and number(request) in self.twins
        return await (self.by_twin(request, forward, number(request)) if alone else forward(request))


@fault("v1", "deletion")
class OnlyFirstDeleted(Twins):
    """Of several cohorts to be deleted only the first is, though all are confirmed."""

    async def other(self, request: Request, forward: Serve) -> Answer:
        """Delete the twins of the others."""
        body, answer = request.json(), None
        requested = body.get("cohorts") if isinstance(body, dict) else None
        if operation(request) != "deleteCohorts" or not isinstance(requested, list) or len(requested) < 2:
            return await forward(request)
        answer = await forward(request.with_json({"cohorts": requested[:1]}))
        if answer.status != 200 or not all(isinstance(one, int) for one in requested):
            return answer
        content = answer.json()
        for one in requested[1:]:
            content["cohorts"] += (await self.by_twin(request, forward, one)).json()["cohorts"]
        return with_content(answer, content)


@altered("v1", "deletion", "deleteCohorts")
def deletions_in_order(content: Any, _: Request) -> None:
    """Deletions are answered in the order of identifiers, not in the order of the request."""
    content["cohorts"].sort(key=lambda one: one["cohort_id"])


@fault("v1", "deletion")
class DeletedTwice:
    """Deleting a cohort again is confirmed again."""

    def __init__(self) -> None:
        self.done: dict[str, Answer] = {}

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        answer = await forward(request)
        if operation(request) != "deleteCohort" or answer.status != 200:
            return answer
        if "already been deleted" in answer.text:
            return self.done.get(last(request), answer)
        self.done.setdefault(last(request), answer)
        return answer


@altered("v1", "deletion", "deleteCohort", "deleteCohorts")
def deleted_without_filters(content: Any, _: Request) -> None:
    """Deletions do not return the filters of the cohort."""
    for one in content["cohorts"]:
        for kept in one["result"].get("data", {}).get("filters", ()):
            kept["filters"] = []


# --- what is saved ---------------------------------------------------------------------------------------------------


@fault("v1", "saving")
async def not_stored(request: Request, forward: Serve) -> Answer:
    """A cohort is confirmed and not saved."""
    answer = await forward(request)
    if operation(request) == "createCohort" and answer.status == 200:
        path = f"/v1/cohorts/{echo_of(answer.content)['cohort_id']}"
        await forward(replace(get(path, request), method="DELETE"))
    return answer


@altered("v1", "saving", "listCohorts")
def newest_not_listed(content: Any, _: Request) -> None:
    """The list lacks the newest cohort."""
    del content["cohorts"][-1:]


@altered("v1", "saving", "listCohorts")
def list_cut(content: Any, _: Request) -> None:
    """The list ends after three cohorts."""
    del content["cohorts"][3:]


@fault("v1", "saving")
class DeletedStillListed:
    """Deleted cohorts are still in the list."""

    def __init__(self) -> None:
        self.seen: dict[str | None, dict[int, Any]] = {}

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        answer = await forward(request)
        if operation(request) != "listCohorts" or answer.status != 200:
            return answer
        content, seen = answer.json(), self.seen.setdefault(header(request, KEY), {})
        seen.update({one["cohort_id"]: one for one in content["cohorts"]})
        return with_content(answer, content | {"cohorts": list(seen.values())})


class Saved:
    """The base of these faults: another cohort is saved than the answer has."""

    quiet = True

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        body = request.json()
        fits = operation(request) == "createCohort" and isinstance(spec_of(body).get("filters"), dict)
        if not fits:
            return await forward(request)
        self.change(spec_of(body))
        answer = await forward(request.with_json(body))
        if answer.status != 200 or not self.quiet:
            return answer
        content, sent = answer.json(), spec_of(request)
        echo_of(content)["filterSet"]["filters"] = sent["filters"]
        echo_of(content).update(name=sent["name"], description=sent["description"])
        return with_content(answer, content)

    def change(self, spec: dict[str, Any]) -> None:
        """Change what is saved, in place."""
        raise NotImplementedError


@fault("v1", "saving")
class FilterLostOnSave(Saved):
    """Of several filters the last is lost in saving."""

    def change(self, spec: dict[str, Any]) -> None:
        """Lose it."""
        if isinstance(spec["filters"], dict) and len(spec["filters"]) > 1:
            spec["filters"].popitem()


@fault("v1", "saving")
class RangesLostOnSave(Saved):
    """Filters by range are lost in saving, and the answer does not have them."""

    quiet = False

    def change(self, spec: dict[str, Any]) -> None:
        """Lose them."""
        ranges = ("_lt", "_lte", "_btw", "_gte", "_gt")
        spec["filters"] = {name: values for name, values in spec["filters"].items() if not name.endswith(ranges)}


@fault("v1", "saving")
class DescriptionTrimmed(Saved):
    """Descriptions lose the spaces around them."""

    quiet = False

    def change(self, spec: dict[str, Any]) -> None:
        """Trim it."""
        if isinstance(spec.get("description"), str):
            spec["description"] = spec["description"].strip()


@fault("v1", "saving")
class NameCut(Saved):
    """Names are cut off after 100 characters."""

    quiet = False

    def change(self, spec: dict[str, Any]) -> None:
        """Cut it."""
        if isinstance(spec.get("name"), str):
            spec["name"] = spec["name"][:100]


@fault("v1", "saving")
class DescriptionCut(Saved):
    """Descriptions are cut off after 255 characters."""

    quiet = False

    def change(self, spec: dict[str, Any]) -> None:
        """Cut it."""
        if isinstance(spec.get("description"), str):
            spec["description"] = spec["description"][:255]


@altered("v1", "saving", "createCohort", "listCohorts")
def saved_in_normal_form(content: Any, _: Request) -> None:
    """Saved cohorts have collections in their normal form and not as they were sent."""
    for cohort in content.get("cohorts", [content.get("cohort_properties")]):
        found = cohort["filterSet"]["filters"]
        if "collection_id" in found:
            found["collection_id"] = [value.lower().replace("-", "_") for value in found["collection_id"]]


@altered("v1", "saving", "listCohorts")
def only_reader(content: Any, _: Request) -> None:
    """The owner of a cohort may only read it."""
    for cohort in content["cohorts"]:
        cohort["permission"] = "READER"


@altered("v1", "saving", "listCohorts")
def saved_with_version_1(content: Any, _: Request) -> None:
    """Cohorts are listed with another data version than they were saved with."""
    for cohort in content["cohorts"]:
        cohort["filterSet"]["idc_data_version"] = "1.0"


@fault("v1", "saving")
class SameNameSameCohort:
    """A cohort of a name that there was before is not saved but the earlier one given again."""

    def __init__(self) -> None:
        self.saved: dict[tuple[Any, Any], Answer] = {}

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        key = (header(request, KEY), str(spec_of(request).get("name")))
        if operation(request) != "createCohort" or key not in self.saved:
            answer = await forward(request)
            if operation(request) == "createCohort" and answer.status == 200:
                self.saved[key] = answer
            return answer
        return self.saved[key]


@altered("v1", "saving", *SAVED)
def saved_without_number(content: Any, _: Request) -> None:
    """Manifests and queries of saved cohorts do not name the cohort."""
    echo_of(content).pop("cohort_id", None)


@altered("v1", "saving", "getAccountDetails")
def mail_in_capitals(content: Any, _: Request) -> None:
    """E-mail addresses are in capitals."""
    content["user_details"]["email"] = content["user_details"]["email"].upper()


@altered("v1", "saving", "getAccountDetails")
def login_before_joining(content: Any, _: Request) -> None:
    """The last login was in 1999."""
    content["user_details"]["last_login"] = "Fri, 31 Dec 1999 23:59:59 GMT"
