"""Question versions, kept in the memory of each process once they were read: they never change."""

from functools import lru_cache

from courses.models import QuestionVersion

MOST_KEPT = 2_048  # a few kilobytes each


@lru_cache(maxsize=MOST_KEPT)
def version_of(pk: int) -> QuestionVersion:
    """Return a version that exists. It is shared: read it, and leave it as it is."""
    return QuestionVersion.objects.only("question", "content").get(pk=pk)
