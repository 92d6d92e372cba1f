"""Broken services, one switch each: what the suite is measured by."""
