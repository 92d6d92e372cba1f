"""Law: a command reads its words, asks the packages below and hands what it found to `_output`; it knows no HTTP."""
