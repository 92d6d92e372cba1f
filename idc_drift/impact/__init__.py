"""The effect of changes on generated code: both clients are generated and read, never imported."""
