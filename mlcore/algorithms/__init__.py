"""Ways to learn how people answer, one file each."""
