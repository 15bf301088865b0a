"""What admins see of the learner model: its checkpoints, its jobs and its decisions."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from adaptive.jobs import ask_for, hand_out
from adaptive.models import (
    Calibration,
    Checkpoint,
    CoursePolicy,
    Directive,
    Firing,
    Forgetting,
    Job,
    JobState,
    LearnerState,
    ModalityEffect,
    NoticeMail,
    PolicyJudgment,
    Recommendation,
    Rule,
)
from adaptive.serving import promote
from courses.access import actor
from courses.admin import ReadOnly

DIGITS = 4


def as_table(data: Any) -> SafeString:
    """Nested numbers as lines of names and values."""
    rows = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", _flat(data))
    return format_html("<table>{}</table>", rows or format_html("<tr><td>{}</td></tr>", "–"))


def _flat(data: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _flat(value, f"{name} › {key}" if name else str(key))
    elif isinstance(data, list) and any(isinstance(value, dict | list) for value in data):
        for place, value in enumerate(data, 1):
            yield from _flat(value, f"{name} {place}")
    else:
        yield name, f"{data:.{DIGITS}g}" if isinstance(data, float) else str(data)


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnly):
    """Trained networks. The live one serves; any other can be made to."""

    list_display = ("__str__", "is_live", "made_at", "promoted_at", "auc", "calibration_error")
    list_filter = ("is_live", "made_at")
    fields = ("sha256", "path", "parent", "is_live", "made_at", "promoted_at", "measured")
    readonly_fields = ("measured",)
    actions = ("promote_one",)

    @admin.display(description=_("AUC"))
    def auc(self, checkpoint: Checkpoint) -> str:
        return _number(checkpoint.metrics, "auc")

    @admin.display(description=_("calibration error"))
    def calibration_error(self, checkpoint: Checkpoint) -> str:
        return _number(checkpoint.metrics, "ece")

    @admin.display(description=_("measured"))
    def measured(self, checkpoint: Checkpoint) -> SafeString:
        return as_table(checkpoint.metrics)

    @admin.action(description=_("Promote: let this one serve"))
    def promote_one(self, request: HttpRequest, checkpoints: QuerySet[Checkpoint]) -> None:
        if checkpoints.count() != 1:
            self.message_user(request, _("Choose one checkpoint: only one can serve."), messages.ERROR)
            return
        chosen = checkpoints.get()
        promote(chosen)
        words = _("%(checkpoint)s serves now.") % {"checkpoint": chosen}
        self.log_change(request, chosen, str(words))
        self.message_user(request, words, messages.SUCCESS)


def _number(metrics: dict[str, Any], name: str) -> str:
    """A metric wherever it stands, or a dash."""
    found = [value for key, value in _flat(metrics) if key == name or key.endswith(f"› {name}")]
    return found[0] if found else "–"


@admin.register(Job)
class JobAdmin(ReadOnly):
    """Work for the workers, and the button that asks for training."""

    list_display = ("kind", "course", "state", "percent", "message", "asked_by", "made_at", "heartbeat_at", "ended_at")
    list_filter = ("kind", "state", "made_at")
    list_select_related = ("asked_by", "course")
    fields = (
        "kind",
        "course",
        "state",
        "percent",
        "message",
        "attempts",
        "asked_by",
        "made_at",
        "heartbeat_at",
        "ended_at",
        "chosen",
        "came_out",
    )
    readonly_fields = ("percent", "chosen", "came_out")

    @admin.display(description=_("progress"))
    def percent(self, job: Job) -> str:
        return f"{job.progress:.0%}"

    @admin.display(description=_("options"))
    def chosen(self, job: Job) -> SafeString:
        return as_table(job.options)

    @admin.display(description=_("result"))
    def came_out(self, job: Job) -> SafeString:
        return as_table(job.result)

    def get_urls(self) -> list[URLPattern]:
        ask = path("retrain/", self.admin_site.admin_view(require_POST(self.retrain)), name="adaptive_job_retrain")
        return [ask, *super().get_urls()]

    def retrain(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            return redirect("admin:index")
        job = ask_for("retrain", asked_by=actor(request))
        hand_out(job)
        if job.state == JobState.RUNNING:
            self.message_user(request, _("Training is under way already."), messages.WARNING)
        else:
            self.message_user(request, _("Training is asked for; a worker will take it up."), messages.SUCCESS)
        return redirect(reverse("admin:adaptive_job_changelist"))


@admin.register(Recommendation)
class RecommendationAdmin(ReadOnly):
    """What was offered, out of what, and why."""

    list_display = ("made_at", "learner", "module", "purpose", "rung", "policy", "propensity")
    list_filter = ("rung", "purpose", "policy", "made_at")
    search_fields = ("enrollment__learner__email",)
    list_select_related = ("enrollment__learner", "module")
    exclude = ("candidates", "reasons")
    readonly_fields = ("offered", "why")

    @admin.display(description=_("learner"))
    def learner(self, offer: Recommendation) -> str:
        return str(offer.enrollment.learner)

    @admin.display(description=_("candidates"))
    def offered(self, offer: Recommendation) -> SafeString:
        return as_table(offer.candidates)

    @admin.display(description=_("reasons"))
    def why(self, offer: Recommendation) -> SafeString:
        return as_table(offer.reasons)


@admin.register(Calibration)
class CalibrationAdmin(ReadOnly):
    list_display = ("course", "checkpoint", "number", "learners", "answers", "made_at")
    list_filter = ("course", "made_at")
    list_select_related = ("course", "checkpoint")
    exclude = ("data",)


@admin.register(LearnerState)
class LearnerStateAdmin(ReadOnly):
    list_display = ("enrollment", "checkpoint", "seen_up_to", "changed_at")
    search_fields = ("enrollment__learner__email",)
    list_select_related = ("enrollment__learner", "enrollment__course", "checkpoint")
    exclude = ("belief", "progress", "mastery", "sequence")
    readonly_fields = ("believed",)

    @admin.display(description=_("mastery: mean, deviation, answers, right"))
    def believed(self, state: LearnerState) -> SafeString:
        return as_table(state.mastery)


@admin.register(ModalityEffect)
class ModalityEffectAdmin(ReadOnly):
    list_display = ("subject", "cohort", "arm", "mean", "sd", "answers", "learners", "finding", "changed_at")
    list_filter = ("subject", "factor", "finding")
    list_select_related = ("cohort",)


@admin.register(Forgetting)
class ForgettingAdmin(ReadOnly):
    """How long learners of each subject remember, what law of forgetting serves, and how much better it foretells."""

    list_display = ("subject", "serves", "reviews", "gain", "learners", "changed_at")
    exclude = ("judged",)
    readonly_fields = ("told",)

    @admin.display(description=_("parameters that serve"))
    def serves(self, row: Forgetting) -> str:
        return str(_("fitted to the subject") if row.parameters else _("FSRS's usual ones"))

    @admin.display(description=_("answers a day or more later"))
    def reviews(self, row: Forgetting) -> str:
        return str(row.judged.get("reviews", "–"))

    @admin.display(description=_("less log-loss of held-out learners than by the usual ones (95 %)"))
    def gain(self, row: Forgetting) -> str:
        gain = row.judged.get("over_usual")
        return "{:+.4f} ({:+.4f} – {:+.4f})".format(*gain) if gain else "–"

    @admin.display(description=_("how it was judged"))
    def told(self, row: Forgetting) -> SafeString:
        return as_table(row.judged)


@admin.register(CoursePolicy)
class CoursePolicyAdmin(ReadOnly):
    """How it stands with the recurrent policy in each course. Its page is where people decide about it."""

    list_display = ("course", "wish", "stage", "share", "since", "sequencer")
    list_filter = ("wish", "stage")
    list_select_related = ("course",)


@admin.register(PolicyJudgment)
class PolicyJudgmentAdmin(ReadOnly):
    """Every judgment on it, and what was decided."""

    list_display = ("made_at", "course", "ruling", "stage", "steps", "estimate", "lower", "default", "ahead", "by")
    list_filter = ("ruling", "stage", "course")
    list_select_related = ("course", "by")
    exclude = ("facts",)
    readonly_fields = ("told",)

    @admin.display(description=_("more"))
    def told(self, judgment: PolicyJudgment) -> SafeString:
        return as_table(judgment.facts)


@admin.register(Rule)
class RuleAdmin(ReadOnly):
    """What authors and trainers want done when something is so."""

    list_display = ("made_at", "sentence", "course", "cohort", "made_by", "on_since", "ended_at")
    list_filter = ("course", "conditions__when", "then", "made_at")
    list_select_related = ("course", "cohort", "target", "made_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        return super().get_queryset(request).prefetch_related("conditions__module", "conditions__skill")


@admin.register(Firing)
class FiringAdmin(ReadOnly):
    """Every time that a rule fired, and what became of it."""

    list_display = ("at", "rule", "enrollment", "effect", "given_up_because", "seen_by")
    list_filter = ("effect", "at")
    list_select_related = ("rule__cohort", "rule__target", "enrollment__learner", "enrollment__course", "seen_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Firing]:
        names = ("rule__conditions__module", "rule__conditions__skill")
        return super().get_queryset(request).prefetch_related(*names)


@admin.register(NoticeMail)
class NoticeMailAdmin(ReadOnly):
    """Mail to trainers about what rules noticed: when it went out, and what a server did not take."""

    list_display = ("made_at", "trainer", "tries", "due_at", "sent_at")
    list_filter = ("sent_at",)
    list_select_related = ("trainer",)


@admin.register(Directive)
class DirectiveAdmin(ReadOnly):
    """Who steered whom, and how."""

    list_display = ("made_at", "__str__", "course", "cohort", "enrollment", "made_by", "holds_until", "ended_at")
    list_filter = ("kind", "course", "made_at")
    list_select_related = (
        "course",
        "cohort",
        "enrollment__learner",
        "enrollment__course",
        "made_by",
        "module",
        "skill",
    )
