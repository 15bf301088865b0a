"""Where trainers choose how often they get mail about what rules noticed, and stop it from the mail itself."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from adaptive.notices import Often
from adaptive.notifying import trainer_of, wish, wish_of
from courses.access import actor, for_trainers

GET_AND_POST = ["GET", "HEAD", "POST"]


class OftenForm(forms.Form):
    """What a trainer wants."""

    often = forms.ChoiceField(label=gettext_lazy("Mail about notices"), choices=Often.choices, widget=forms.RadioSelect)


@require_http_methods(GET_AND_POST)
@for_trainers
def notice_wish(request: HttpRequest) -> HttpResponseBase:
    """How often mail comes; a form sent here changes it."""
    trainer = actor(request)
    form = OftenForm(request.POST if request.method == "POST" else None, initial={"often": wish_of(trainer)})
    if form.is_valid():
        often = Often(form.cleaned_data["often"])
        wish(trainer, often)
        messages.success(request, _("Noted: “%s”.") % often.label)
        return redirect("adaptive:notice_wish")
    return render(request, "adaptive/notice_wish.html", {"form": form}, status=422 if form.errors else 200)


@csrf_exempt  # mail programs send this without a page before it (RFC 8058); the token says who it is for
@require_http_methods(GET_AND_POST)
def stop_notices(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mails of whom this token was made for; a click in the mail leads to a page that asks first."""
    trainer = trainer_of(token)
    if trainer is None:
        raise Http404
    if request.method == "POST":
        wish(trainer, Often.NEVER)
    return render(request, "adaptive/stop_notices.html", {"is_stopped": wish_of(trainer) == Often.NEVER})
