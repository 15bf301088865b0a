"""What a form meets whose safety stamp is missing or ran out."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from courses.access import to_sign_in


def stamp_refused(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Whoever is signed out meanwhile signs in and comes back to the form; anybody else sends it once more."""
    is_about_account = request.path.startswith("/accounts/")
    if request.user.is_authenticated or is_about_account:
        return render(request, "403_csrf.html", status=403)
    return to_sign_in(request)
