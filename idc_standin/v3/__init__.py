"""The v3 API over the newest data release. Law: imports nothing of v1, so that deleting this folder retires v3."""
