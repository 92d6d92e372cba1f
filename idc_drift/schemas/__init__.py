"""JSON schemas in one normal form, however they are written; nothing here compares two documents."""
