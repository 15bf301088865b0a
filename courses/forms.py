"""What people type in, checked."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from courses.models import User


class NameForm(forms.Form):
    """Asks for a name when somebody signs up."""

    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)

    def signup(self, request: HttpRequest, user: User) -> None:
        user.first_name = self.cleaned_data["first_name"]
        user.last_name = self.cleaned_data["last_name"]
        user.save(update_fields=["first_name", "last_name"])
