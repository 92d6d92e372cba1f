"""Law: openapi.yaml as the tests read it; every schema is named by its place, and nothing is copied out of it."""
