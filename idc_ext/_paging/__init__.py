"""Law: a paged request is walked to its end: it comes complete, or as an error; no endpoint is named."""
