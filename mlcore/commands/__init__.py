"""What `python -m mlcore` can do, one file each."""
