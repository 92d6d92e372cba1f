"""Hostile statements for ``/v3/sql``, by kind. Each kind says what it tries; the statements are made by grammar."""
