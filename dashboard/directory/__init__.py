"""From the rows of the directory to what a person asks: what fits, is it open, can I get in, how do I get there."""
