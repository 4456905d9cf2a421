"""Checks of rows: what is repaired by a named rule, what is refused, and what the reader is told to do about it."""
