"""A patch for BASE, never BASE itself."""
