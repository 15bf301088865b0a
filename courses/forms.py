"""What people type in, checked."""

import zoneinfo
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from courses.lessons import Lesson
from courses.models import Need, User
from courses.naming import OneLineField

LONGEST_NOTE = 10_000  # characters under one prompt
PART = "part_"


class NameForm(forms.Form):
    """Asks for a name when somebody signs up."""

    first_name = OneLineField(label=_("First name"), max_length=150)
    last_name = OneLineField(label=_("Last name"), max_length=150, required=False)

    def signup(self, request: HttpRequest, user: User) -> None:
        user.first_name = self.cleaned_data["first_name"]
        user.last_name = self.cleaned_data["last_name"]
        user.save(update_fields=["first_name", "last_name"])


def time_zones() -> list[tuple[str, Any]]:
    """Return the zones to choose from: those named after a place."""
    places = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [("", _("As the site")), *((zone, zone) for zone in ["UTC", *places])]


class PersonForm(forms.ModelForm):
    """What people may change about themselves."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=time_zones)

    needs = forms.MultipleChoiceField(
        label=_("What you need"),
        required=False,
        choices=Need.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "You are never offered a lesson that does not fit. Your trainer learns of it only where nothing fits. "
            "Nothing here is timed: take as long as you like."
        ),
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "time_zone", "needs")


class NotesForm(forms.Form):
    """What a learner writes under each prompt of a reflection. A prompt that is gone is said, not passed over."""

    def __init__(self, lesson: Lesson, data: Any) -> None:
        super().__init__(data, auto_id="%s")
        for part in lesson.parts:
            self.fields[part.name] = forms.CharField(
                label=part.title,
                required=False,
                max_length=LONGEST_NOTE,
                strip=False,
                error_messages={"max_length": _("Shorten this to %(limit_value)d characters: it has %(show_value)d.")},
            )

    @property
    def homeless(self) -> list[str]:
        """What was written under prompts that the lesson does not have."""
        return [text for name, text in self.data.items() if name.startswith(PART) and name not in self.fields]

    def clean(self) -> dict[str, Any]:
        if self.homeless:
            raise forms.ValidationError(_("The prompts have changed since you opened this lesson."))
        return self.cleaned_data
