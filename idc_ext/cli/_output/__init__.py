"""Law: what a command has to say is a value, and only here is it written to a terminal, a pipe or a file."""
