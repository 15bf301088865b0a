"""What surrounds the site: setting a machine up, checking, throw-away services, the benchmark."""
