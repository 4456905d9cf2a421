"""What the cards of each page say and show: a view in, a `Chart` out, so that pages are wiring only."""
