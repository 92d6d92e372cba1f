"""Law: the result of a command is a value, and only this folder writes it to a terminal, a pipe or a file."""
