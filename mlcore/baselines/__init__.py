"""The simple rivals: what a learner model must beat before it is worth its complexity."""
