"""Where authors write: Wagtail's editor over our content, and a page for each course that shows the whole of it."""
