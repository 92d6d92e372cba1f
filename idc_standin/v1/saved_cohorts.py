"""Saved cohorts and their owners."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from idc_standin.v1.query import RANGED
from idc_standin.v1.request import NO_DESCRIPTION, Refusal, Request, Service, checked

if TYPE_CHECKING:
    from idc_standin.v1.cohorts import Account, Cohort

BAD_COHORT = "Cohort information was improperly formatted - cohort not created."
NOT_SAVED = "There was an error saving your cohort."


class SavedCohorts(Service):
    """Operations on the saved cohorts of a user."""

    def list_cohorts(self, request: Request) -> dict[str, Any]:
        """The caller's cohorts."""
        account = self._account(request)
        owner = f"{account.first_name} {account.last_name}".strip()
        cohorts = [
            properties(cohort) | {"owner": owner, "permission": "OWNER"} for cohort in self.cohorts.of(account.id)
        ]
        return {"code": 200, "cohorts": cohorts}

    def create_cohort(self, request: Request) -> dict[str, Any]:
        """Save a cohort of the active version."""
        account = self._account(request)
        try:
            spec = checked(self._body(request, BAD_COHORT))
        except Refusal as refusal:
            if "hidden-create-failure" in self.quirks and str(refusal) == NO_DESCRIPTION:
                return _hidden_failure()
            raise
        filters = spec["filters"]
        if "ranges-lost-on-save" in self.quirks:
            filters = {n: [str(v) for v in values] for n, values in filters.items() if not RANGED.match(n)}
        if not filters and "hidden-create-failure" in self.quirks:
            return _hidden_failure()
        cohort = self.cohorts.save(account.id, spec["name"], spec["description"], self.store.active, filters)
        return {"code": 200, "cohort_properties": properties(cohort)}

    def delete_cohorts(self, request: Request) -> dict[str, Any]:
        """Delete several cohorts; each has its own result."""
        account = self._account(request)
        try:
            body = self._body(request, "The body must be an object with a list of cohort identifiers, 'cohorts'.")
        except Refusal as refusal:
            if "deletion-body" in self.quirks:
                raise Refusal(500, "Error while attempting to create this cohort.") from refusal
            raise
        return {"code": 200, "cohorts": [self._delete(account, int(cohort_id)) for cohort_id in body["cohorts"]]}

    def delete_cohort(self, request: Request) -> dict[str, Any]:
        """Delete one cohort."""
        return {"code": 200, "cohorts": [self._delete(self._account(request), request.path["cohort_id"])]}

    def _delete(self, account: Account, cohort_id: int) -> dict[str, Any]:
        cohort = self.cohorts.get(cohort_id)
        result: dict[str, Any]
        if cohort is None:
            result = {"message": f"A cohort with the ID {cohort_id} was not found!"}
        elif cohort.owner != account.id:
            message = f"{account.email} isn't the owner of cohort ID {cohort_id} and so cannot delete it."
            result = {"message": message, "delete_permission": False}
        elif not self.cohorts.delete(cohort_id):
            result = {"message": f"Cohort ID {cohort_id} has already been deleted."}
        else:
            filters = [
                {"id": number, "name": name, "display_name": name, "values": [str(value) for value in values]}
                for number, (name, values) in enumerate(sorted(cohort.filters.items()), 1)
            ]
            data = {"filters": [{"id": cohort.id, "data_version": f"{cohort.release}.0", "filters": filters}]}
            result = {"notes": f"Cohort {cohort_id} ('{cohort.name}') has been deleted.", "data": data}
        return {"cohort_id": cohort_id, "result": result}

    def get_account_details(self, request: Request) -> dict[str, Any]:
        """The account of the caller."""
        account = self._account(request)
        details = {
            "email": account.email,
            "id": account.id,
            "date_joined": formatdate(account.date_joined, usegmt=True),
            "last_login": formatdate(account.last_login, usegmt=True),
            "first_name": account.first_name,
            "last_name": account.last_name,
        }
        return {"code": 200, "user_details": details}


def properties(cohort: Cohort) -> dict[str, Any]:
    """A saved cohort as responses echo it."""
    return {
        "cohort_id": cohort.id,
        "name": cohort.name,
        "description": cohort.description,
        "filterSet": {"idc_data_version": f"{cohort.release}.0", "filters": cohort.filters},
    }


def _hidden_failure() -> dict[str, Any]:
    return {"code": 200, "cohort_properties": {"code": 400, "message": NOT_SAVED}}
