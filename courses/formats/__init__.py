"""Courses from files, and to them: one module for each format. What was read is written by `loading`."""
