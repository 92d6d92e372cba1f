"""Law: a command takes its arguments, calls the packages below and gives the result to `_output`; it knows no HTTP."""
