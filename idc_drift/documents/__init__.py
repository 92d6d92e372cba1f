"""Documents as values with positions, from any source; nothing here knows the meaning of OpenAPI."""
