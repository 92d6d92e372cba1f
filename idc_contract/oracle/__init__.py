"""Law: what a service ought to answer, from the public index and the reference; nothing here asks a service."""
