"""The table of commands: words, the function that does it, and a line for the list. No module is imported for it."""

from __future__ import annotations

#: Words that only group others.
GROUPS = {
    "auth": "Who one is to v1, which keeps cohorts for its users.",
    "clinical": "Clinical tables, where the service has them.",
    "cohorts": "Saved cohorts of v1, the API of the 2021 notebook.",
}

#: Words, `module:function`, what it does.
COMMANDS = (
    ("version", "archive:version", "Show the releases of the service, its data, the contract and the client."),
    ("stats", "archive:stats", "Count everything there is."),
    ("collections", "archive:collections", "List the collections."),
    ("collection", "archive:collection", "Show one collection, with its counts, modalities and licences."),
    ("analysis-results", "archive:analysis_results", "List the analysis results."),
    ("attributes", "archive:attributes", "List what can be filtered by."),
    ("values", "archive:values", "List the values of an attribute, the most frequent first."),
    ("tables", "archive:tables", "List the tables that SQL can ask."),
    ("table", "archive:table", "Show the columns of a table."),
    ("clinical tables", "archive:clinical_tables", "List the clinical tables."),
    ("clinical table", "archive:clinical_table", "Show the columns of a clinical table."),
    ("clinical rows", "archive:clinical_rows", "Give the rows of a clinical table."),
    ("counts", "selection:counts", "Count what a selection holds."),
    ("licenses", "selection:licenses", "List the licences of a selection, the one of most series first."),
    ("citations", "selection:citations", "Say how to cite the data of a selection."),
    ("sql", "sql:sql", "Run one SELECT over the index tables, or write one."),
    ("manifest", "manifest:manifest", "List the series of a selection, to look at or to download by."),
    ("viewer", "selection:viewer", "Give the address where a study or series can be looked at."),
    ("verify", "manifest:verify", "Make the request of a manifest again, and say what is different."),
    ("diff", "manifest:diff", "Say what became of a selection between two data releases."),
    ("resolve", "others:resolve", "Say what CRDC GUIDs stand for, and where their bytes are."),
    ("cohorts list", "cohorts:list_", "List the user's saved cohorts."),
    ("cohorts create", "cohorts:create", "Save a cohort, bound to the active data version."),
    ("cohorts delete", "cohorts:delete", "Delete saved cohorts, for good."),
    ("cohorts manifest", "cohorts:manifest", "List where the objects of a cohort are."),
    ("cohorts query", "cohorts:query", "List metadata of a cohort."),
    ("metadata", "cohorts:metadata", "List DICOM metadata of every instance of the archive, by v1."),
    ("auth status", "others:auth_status", "Say whose token there is, until when and from where."),
    ("auth login", "others:auth_login", "Log in with a browser, and write the credentials file."),
    ("doctor", "doctor:doctor", "Check this machine, the way to the service, and the service."),
    ("completion", "others:completion", "Give the script that completes words with the Tab key."),
)
