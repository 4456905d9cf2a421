"""Roll-ups kept current by the load: each family of figures is defined once, as SQL over the facts, for writing and reading."""
