"""What an author fills in for each kind of question. The name of a block is the kind of its question."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class ChoiceBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Choice"), rows=1, help_text=_("Markdown."))
    right = blocks.BooleanBlock(label=_("Right"), required=False)
    feedback = blocks.TextBlock(label=_("Feedback"), required=False, rows=1)


class SingleChoiceBlock(blocks.StructBlock):
    choices = blocks.ListBlock(ChoiceBlock(), min_num=2, max_num=8, label=_("Choices"))

    class Meta:
        label = _("Single choice")


class MultipleChoiceBlock(blocks.StructBlock):
    choices = blocks.ListBlock(ChoiceBlock(), min_num=2, max_num=10, label=_("Choices"))

    class Meta:
        label = _("Multiple choice")


class TrueOrFalseBlock(blocks.StructBlock):
    is_true = blocks.BooleanBlock(label=_("The statement is true"), required=False)
    feedback_true = blocks.TextBlock(label=_("Feedback to “True”"), required=False, rows=1)
    feedback_false = blocks.TextBlock(label=_("Feedback to “False”"), required=False, rows=1)

    class Meta:
        label = _("True or false")


class KnownNumberBlock(blocks.StructBlock):
    value = blocks.FloatBlock(label=_("Number"))
    feedback = blocks.TextBlock(label=_("Feedback"), rows=1)


class NumericBlock(blocks.StructBlock):
    value = blocks.FloatBlock(label=_("Right number"))
    tolerance = blocks.FloatBlock(label=_("Tolerance"), default=0, min_value=0)
    is_relative = blocks.BooleanBlock(label=_("Tolerance is in percent"), required=False)
    unit = blocks.CharBlock(label=_("Unit"), required=False, max_length=30)
    wrong = blocks.ListBlock(KnownNumberBlock(), default=[], label=_("Known wrong answers"))

    class Meta:
        label = _("Numeric")


class KnownTextBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Answer"))
    feedback = blocks.TextBlock(label=_("Feedback"), rows=1)


class ShortTextBlock(blocks.StructBlock):
    accepted = blocks.ListBlock(
        blocks.CharBlock(),
        min_num=1,
        label=_("Accepted answers"),
        help_text=_("A pattern stands between slashes: /colou?r/"),
    )
    case_sensitive = blocks.BooleanBlock(label=_("Upper and lower case matter"), required=False)
    wrong = blocks.ListBlock(KnownTextBlock(), default=[], label=_("Known wrong answers"))

    class Meta:
        label = _("Short text")


class PairBlock(blocks.StructBlock):
    left = blocks.TextBlock(
        label=_("Left"), required=False, rows=1, help_text=_("Empty for a right side that matches nothing.")
    )
    right = blocks.TextBlock(label=_("Right"), rows=1)


class MatchingBlock(blocks.StructBlock):
    pairs = blocks.ListBlock(PairBlock(), min_num=3, max_num=10, label=_("Pairs"))

    class Meta:
        label = _("Matching")


class OrderingBlock(blocks.StructBlock):
    items = blocks.ListBlock(blocks.TextBlock(rows=1), min_num=3, max_num=8, label=_("Items, in the right order"))

    class Meta:
        label = _("Ordering")


class ClozeBlock(blocks.StructBlock):
    case_sensitive = blocks.BooleanBlock(label=_("Upper and lower case matter"), required=False)

    class Meta:
        label = _("Cloze")
        help_text = _(
            "The gaps stand in the detail: {{answer}}, {{answer|other}} or, to choose from, {{*right|wrong|wrong}}."
        )


ANSWER_BLOCKS = [
    ("single_choice", SingleChoiceBlock()),
    ("multiple_choice", MultipleChoiceBlock()),
    ("true_or_false", TrueOrFalseBlock()),
    ("numeric", NumericBlock()),
    ("short_text", ShortTextBlock()),
    ("matching", MatchingBlock()),
    ("ordering", OrderingBlock()),
    ("cloze", ClozeBlock()),
]
HINT_BLOCKS = [("hint", blocks.TextBlock(label=_("Hint"), rows=2))]
