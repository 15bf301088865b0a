"""Pages that one person may ask for only so often."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from courses.limiting import Limit, seconds_to_wait

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def at_most(limit: Limit) -> Callable[[View[Arguments]], View[Arguments]]:
    """Answer 429 with Retry-After to who asks more often."""

    def decorate(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def limited(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
            pause = seconds_to_wait(limit, request.user.pk)
            if not pause:
                return view(request, *args, **kwargs)
            response = render(request, "429.html", status=429)
            response["Retry-After"] = str(pause)
            return response

        return limited

    return decorate
