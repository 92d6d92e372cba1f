"""openapi.yaml in the tools of others (`make interop`)."""
