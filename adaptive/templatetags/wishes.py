"""What the forms need in which learners ask for something else."""

import uuid

from django import template

register = template.Library()


@register.simple_tag
def new_key() -> uuid.UUID:
    """A key for one form: however often that is sent, it is one wish."""
    return uuid.uuid4()
