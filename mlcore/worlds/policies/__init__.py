"""Ways to choose the next lesson, to be compared in the worlds: each short, each with its source."""
