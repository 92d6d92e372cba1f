"""Law: what sends many requests and judges the answers: relations, schemathesis, or the document's examples alone."""
