"""Law: a command reads its words, asks the packages below, and gives what it found to `_output`; it prints nothing."""
