"""One file per page, wiring only, so that a page can be read in one sitting."""
