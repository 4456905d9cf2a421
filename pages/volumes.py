"""How much came in, when, how, from whom and about what, against the period before and the same weekdays' norm."""
