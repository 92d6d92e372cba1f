"""v3: what each data release changed, for a service that has the operation; columns to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.oracle.release_changes import expected
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v3.truth import relation

if TYPE_CHECKING:
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

KINDS = ("added", "revised", "removed")
SERIES = """
SELECT count(DISTINCT series) AS n FROM (
    SELECT SeriesInstanceUID AS series FROM index WHERE series_revised_idc_version <= {0}
    UNION ALL
    SELECT SeriesInstanceUID FROM prior_versions_index WHERE {0} BETWEEN min_idc_version AND max_idc_version
) AS versions
"""


def newest(service: Service) -> int:
    """The newest data release of a service."""
    return int(service.call("getVersion")["idc_version"].removeprefix("v"))


def drawn(service: Service, draw: Draw) -> tuple[int, dict[str, Any]]:
    """Some release and what it changed."""
    release = draw(st.sampled_from(range(newest(service), 0, -1)))
    return release, service.call("getReleaseChanges", query={"version": release})


@relation(examples=6, needs={"getReleaseChanges"})
def the_changes_of_a_release_add_up(service: Service, draw: Draw) -> None:
    """The totals of a release are the sums of its collections, which are listed once, with a change and a status."""
    release, found = drawn(service, draw)
    same([found["idc_version"], found["current_version"]], [f"v{release}", f"v{newest(service)}"], "releases")
    same(found["previous_version"], f"v{release - 1}" if release > 1 else None, "release before")
    listed = found["collections"]
    for kind in KINDS:
        same(found[f"series_{kind}"], sum(one[f"series_{kind}"] for one in listed), f"series {kind}, added up")
        apart = abs(found[f"size_TB_{kind}"] - sum(one[f"size_TB_{kind}"] for one in listed))
        holds(apart <= 0.0005 * (len(listed) + 1), f"size {kind}, added up", f"v{release}: {apart} TB apart")
    ids = [one["collection_id"] for one in listed]
    same(len(set(ids)), len(ids), "collections, each listed once")
    for one in listed:
        changed = sum(one[f"series_{kind}"] for kind in KINDS)
        holds(changed and one["patients_affected"], "a collection that is listed changed", f"v{release}: {one}")
        holds(one["patients_affected"] <= changed, "patients of a change", f"v{release}: {one}")
    for status, name in (("new", "new_collections"), ("removed", "removed_collections")):
        wanted = sorted(one["collection_id"] for one in listed if one["status"] == status)
        same(found[name], wanted, f"the {status} collections")
    order = sorted(listed, key=lambda one: (-one["size_TB_added"], -one["series_added"], one["collection_id"]))
    same(ids, [one["collection_id"] for one in order], "order of the collections")


@relation(examples=4, needs={"getReleaseChanges"})
def what_changed_is_the_difference_of_two_releases(service: Service, draw: Draw) -> None:
    """A release has as many series as the one before, with those added and without those removed."""
    release, found = drawn(service, draw)
    before, after = (
        service.call("runSql", {"sql": SERIES.format(one)})["rows"][0]["n"] if one else 0
        for one in (release - 1, release)
    )
    same(after - before, found["series_added"] - found["series_removed"], f"series that v{release} has more")


@relation(examples=10, needs={"getReleaseChanges", "index"})
def what_changed_is_what_the_index_says(service: Service, draw: Draw) -> None:
    """The answer is that of the public index; revised versions are counted by their UUID or by their rows."""
    release, found = drawn(service, draw)
    assert service.index is not None
    shown = {name: value for name, value in found.items() if name != "note"}
    if shown != expected(service.index, release, by_row=True):
        same(shown, expected(service.index, release), f"what v{release} changed")


@relation(needs={"getReleaseChanges"})
def the_newest_release_is_the_default(service: Service, draw: Draw) -> None:
    """Without a version, the answer is that of the newest release."""
    wanted = service.call("getReleaseChanges", query={"version": newest(service)})
    same(service.call("getReleaseChanges"), wanted, "changes of the newest release")
    twice = service.call("getReleaseChanges", query=[("version", "1"), ("version", str(newest(service)))])
    same(twice, wanted, "the last of two versions")


@relation(needs={"getReleaseChanges", "mistakes"})
def an_unknown_release_is_refused(service: Service, draw: Draw) -> None:
    """A number that no release has is a 400; what is not a number from 1 on is a 422."""
    for text in (str(newest(service) + 1), "99999999999999999999"):
        found = service.call("getReleaseChanges", query={"version": text}, status=400)
        same(found["error"]["code"], "invalid_query", "code of the refusal")
    for text in ("0", "-1", "", "v2", "2.5", "1e1", "true", "٣"):
        found = service.call("getReleaseChanges", query={"version": text}, status=422)
        same(found["detail"][0]["loc"], ["query", "version"], f"place of the mistake {text!r}")


@relation(needs={"V3TableInfo/notable_columns"})
def notable_columns_are_columns(service: Service, draw: Draw) -> None:
    """Each table is listed with columns to begin with: columns of its own, each once, or none."""
    for table in service.call("getTables")["tables"]:
        columns = {column["name"] for column in service.call("getTable", table=table["name"])["columns"]}
        notable = table.get("notable_columns")
        holds(notable is not None, "notable columns of each table", f"{table['name']} has none")
        unknown = [name for name in notable if name not in columns]
        holds(not unknown, "notable columns", f"{table['name']} has no column {unknown}")
        same(len(set(notable)), len(notable), f"notable columns of {table['name']}, each once")
