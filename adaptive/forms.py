"""What comes with an answer, and what a learner can ask for; checked."""

from django import forms
from django.utils.translation import gettext_lazy as _

from adaptive.progress import Wish

CONFIDENCE = {"guessing": 1, "fairly_sure": 2, "certain": 3}
REASONS = (
    ("", _("No reason")),
    ("known", _("I know this already")),
    ("later", _("I would rather do it later")),
    ("interest", _("It does not interest me")),
    ("other", _("Something else")),
)


class AnswerForm(forms.Form):
    """What a form sends beside the answer itself."""

    key = forms.UUIDField()
    seconds = forms.FloatField(required=False, min_value=0, max_value=86_400)
    confidence = forms.ChoiceField(required=False, choices=[(name, name) for name in CONFIDENCE])

    def clean_confidence(self) -> int | None:
        return CONFIDENCE.get(self.cleaned_data["confidence"])


class OverrideForm(forms.Form):
    """A wish for something else than what is offered."""

    wish = forms.ChoiceField(choices=[(wish, wish) for wish in Wish.ALL])
    module = forms.SlugField(required=False)
    reason = forms.ChoiceField(required=False, choices=REASONS)
    key = forms.UUIDField(required=False)
