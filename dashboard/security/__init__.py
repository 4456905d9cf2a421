"""Who may see the staff pages, and what a browser may do with any page."""
