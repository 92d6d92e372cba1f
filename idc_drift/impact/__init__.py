"""What a change does to generated code: both clients are generated and read, never imported."""
