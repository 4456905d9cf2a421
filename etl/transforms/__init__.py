"""From raw columns of text to rows of the tables: named, typed, coded, clocked; column-wise, never row by row."""
