"""The read side: from the address of a page to figures on the screen, never writing what it reads."""
