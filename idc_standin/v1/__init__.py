"""The v1 API: requests checked against the contract, asked of the store, and shaped into v1's answers.

Law: HTTP shapes only — no SQL, no sockets. Handlers are named by the operations of openapi.yaml. Messages begin with
upstream's own words (clients match on them) and go on to say where the mistake is.
"""

from idc_standin.v1.catalogues import Catalogues
from idc_standin.v1.manifests import Manifests
from idc_standin.v1.request import Refusal, Request
from idc_standin.v1.saved_cohorts import Saved

__all__ = ["V1", "Refusal", "Request"]


class V1(Catalogues, Manifests, Saved):
    """The operations of v1 over a store."""
