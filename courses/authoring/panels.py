"""How the editor of each kind of content is laid out, and what it teaches the author."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    PublishingPanel,
    TitleFieldPanel,
)

from courses.authoring.drafts import as_written
from courses.authoring.forms import CourseForm, ModuleForm, QuestionForm, SkillForm, VariantForm, defects_of
from courses.authoring.releasing import Released, released

SLUG_HELP = _("The short name in addresses. Left empty, it is made from the title.")


class NoticePanel(Panel):
    """Says what is wrong with a question and whom a change concerns. Nothing when there is nothing to say."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "courses/authoring/notices.html"

        @cached_property
        def released(self) -> Released | None:
            return released(self.instance) if self.instance.pk else None

        @cached_property
        def defects(self) -> list[str]:
            return defects_of(as_written(self.instance)) if self.instance.pk and not self.form.is_bound else []

        def is_shown(self) -> bool:
            return bool(self.released or self.defects)

        def show_panel_furniture(self) -> bool:
            return False


def parent_field(name: str) -> FieldPanel:
    return FieldPanel(name, widget=forms.Select, required_on_save=True)


def skills_field(name: str, help_text: Any) -> FieldPanel:
    return FieldPanel(name, widget=forms.CheckboxSelectMultiple, help_text=help_text, required_on_save=False)


COURSE = ObjectList(
    [
        TitleFieldPanel("title", required_on_save=True, placeholder=_("What the course is called")),
        FieldPanel("description", help_text=_("What it is about and whom it is for. Markdown.")),
        FieldPanel("question_rest"),
        FieldPanel("has_placement"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("slug", help_text=SLUG_HELP), FieldPanel("language")]),
                FieldPanel(
                    "subject",
                    help_text=_(
                        "What works for learners in one course of a subject is used in its other courses. Left empty, "
                        "the course is a subject of its own."
                    ),
                ),
            ],
            heading=_("Where it belongs"),
        ),
        PublishingPanel(),
    ],
    base_form_class=CourseForm,
)

SKILL = ObjectList(
    [
        parent_field("course"),
        TitleFieldPanel("title", required_on_save=True, placeholder=_("What learners can do: “Add fractions”")),
        FieldPanel("slug", help_text=SLUG_HELP),
        FieldPanel("description", help_text=_("One sentence, beginning with a verb.")),
        skills_field(
            "prerequisites",
            _("What must come before it. A skill opens once its prerequisites are probably Familiar."),
        ),
        PublishingPanel(),
    ],
    base_form_class=SkillForm,
)

MODULE = ObjectList(
    [
        parent_field("course"),
        TitleFieldPanel("title", required_on_save=True, placeholder=_("What the module is called")),
        FieldPanel("summary"),
        FieldRowPanel(
            [
                FieldPanel("slug", help_text=SLUG_HELP),
                FieldPanel("minutes", help_text=_("An honest estimate for reading and practice.")),
            ]
        ),
        skills_field("skills", _("What it teaches. Its questions practice these skills.")),
        PublishingPanel(),
    ],
    base_form_class=ModuleForm,
)

VARIANT = ObjectList(
    [
        parent_field("module"),
        FieldRowPanel([FieldPanel("modality"), FieldPanel("difficulty"), FieldPanel("minutes")]),
        FieldPanel("title"),
        FieldPanel(
            "body",
            help_text=_(
                "Markdown. A worked example has “## Step: …” headings, flash cards “## Card: front”, interactive text "
                "“## Try: …” with “### Reveal”, a project “## Steps” and a reflection “## Prompt: …”. For a video this "
                "is its transcript."
            ),
        ),
        MultiFieldPanel(
            [
                FieldPanel("media_url", help_text=_("An https address of an mp4 or webm file.")),
                FieldRowPanel([FieldPanel("media"), FieldPanel("captions", help_text=_("A .vtt file."))]),
            ],
            heading=_("Video"),
            classname="collapsed",
        ),
        PublishingPanel(),
    ],
    base_form_class=VariantForm,
)

QUESTION = ObjectList(
    [
        NoticePanel(),
        parent_field("module"),
        FieldPanel("title", required_on_save=True),
        FieldPanel("prompt"),
        FieldPanel(
            "answer",
            help_text=_(
                "Choose the kind of answer. Feedback on a wrong choice teaches most: say what is right about it first, "
                "then what to look at. To change the kind, delete the block and add another."
            ),
        ),
        FieldPanel("hints", help_text=_("Opened one after another. Begin with a question, not with the answer.")),
        FieldPanel("feedback"),
        FieldPanel(
            "solution", help_text=_("Every step, as you would say it. Shown on request after an answer. Markdown.")
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        FieldPanel("difficulty", help_text=_("Your estimate; answers correct it.")),
                        FieldPanel("slug", help_text=_("Left empty, it is made from the question.")),
                    ]
                ),
                skills_field("skills", _("What an answer tells us about: the fewer, the better we learn from it.")),
            ],
            heading=_("What it practices"),
        ),
        PublishingPanel(),
    ],
    base_form_class=QuestionForm,
)
