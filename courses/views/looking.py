"""Pages that people read, and which may write as they do: what was chosen for them, or made out of their answers."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def for_reading(view: View[Arguments]) -> View[Arguments]:
    """Take GET, and HEAD: who asks for the head alone has read nothing, so whatever the page wrote is taken back.

    Checkers of links and scanners of mail ask like that.
    """

    @wraps(view)
    def read(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if request.method != "HEAD":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            response = view(request, *args, **kwargs)
            transaction.set_rollback(True)
        return response

    return require_safe(read)
