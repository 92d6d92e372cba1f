"""Law: rows become columns, tables and files here, without a client and without a request."""
