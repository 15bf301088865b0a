"""What admins run at /admin/: people, cohorts and enrollments. The log can be read, never written."""

from collections.abc import Callable
from typing import Any, ClassVar

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from taggit.admin import Tag
from wagtail.documents.admin import Document
from wagtail.images.admin import Image

from courses.enrolling import join
from courses.models import Cohort, Enrollment, Interaction, OutboxEntry, User

admin.site.site_header = _("Adept")
admin.site.site_title = _("Adept")
admin.site.index_title = _("Running the place")
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister([Group, Tag, Document, Image])  # nothing here uses them


class ForAdmins(admin.ModelAdmin):
    """Open to everyone who is an admin: the role says it all, so there are no permissions to set up."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)


class ReadOnly(ForAdmins):
    """For what is written once, by the product itself."""

    show_full_result_count = False
    actions: Any = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OneEmail(forms.ModelForm):
    """One user for each address, however it is written."""

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Somebody has this address already."))
        return email


class NewUserForm(OneEmail, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "first_name", "last_name", "is_trainer", "is_author")


class UserForm(OneEmail, UserChangeForm):
    class Meta:
        model = User
        fields = ("email",)
        field_classes: ClassVar[dict[str, Any]] = {}


class CohortInline(admin.TabularInline):
    """The cohorts somebody learns in."""

    model = Cohort.learners.through
    verbose_name = _("cohort")
    verbose_name_plural = _("learns in")
    autocomplete_fields = ("cohort",)
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_staff

    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission


def sets(role: str, value: bool, label: Any) -> Callable[..., None]:
    """Make an action that grants or revokes a role."""

    @admin.action(description=label)
    def act(admins: "PeopleAdmin", request: HttpRequest, people: QuerySet[User]) -> None:
        changed = people.exclude(**{role: value}).update(**{role: value})
        words = ngettext("%(count)d person changed.", "%(count)d people changed.", changed) % {"count": changed}
        admins.message_user(request, words, messages.SUCCESS)

    act.__name__ = f"{'grant' if value else 'revoke'}_{role}"
    return act


@admin.register(User)
class PeopleAdmin(ForAdmins, UserAdmin):
    """People. Only superusers make admins, and only they touch superusers."""

    form = UserForm
    add_form = NewUserForm
    list_display = ("email", "name", "is_trainer", "is_author", "is_staff", "is_active", "last_login")
    list_filter = ("is_trainer", "is_author", "is_staff", "is_active", "is_simulated", "cohorts")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    filter_horizontal = ()
    inlines = (CohortInline,)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Name"), {"fields": ("first_name", "last_name", "time_zone")}),
        (_("Roles"), {"fields": ("is_trainer", "is_author", "is_staff", "is_superuser")}),
        (_("State"), {"fields": ("is_active", "is_simulated", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name")}),
        (_("Password"), {"fields": ("usable_password", "password1", "password2")}),
        (_("Roles"), {"fields": ("is_trainer", "is_author")}),
    )
    actions: Any = (
        sets("is_trainer", True, _("Make them trainers")),
        sets("is_trainer", False, _("They are trainers no longer")),
        sets("is_author", True, _("Make them authors")),
        sets("is_author", False, _("They are authors no longer")),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if request.user.is_superuser else (*fields, "is_staff", "is_superuser")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and may_touch(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and may_touch(request.user, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for cohort in form.instance.cohorts.all():
            join(form.instance, cohort)


def may_touch(admin_user: Any, other: Any) -> bool:
    """Whether an admin may change this person: a superuser only by superusers."""
    return bool(admin_user.is_superuser or other is None or not (other.is_superuser or other.is_staff))


@admin.register(Cohort)
class CohortAdmin(ForAdmins):
    """Cohorts. Whoever learns in one is enrolled in its published courses."""

    list_display = ("name", "learner_count", "starts_on", "ends_on", "is_simulated")
    list_filter = ("is_simulated", "courses", "starts_on")
    search_fields = ("name",)
    autocomplete_fields = ("learners", "trainers")
    filter_horizontal = ("courses",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cohort]:
        return super().get_queryset(request).annotate(learner_count=Count("learners", distinct=True))

    @admin.display(description=_("learners"), ordering="learner_count")
    def learner_count(self, cohort: Any) -> int:
        return int(cohort.learner_count)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for learner in form.instance.learners.all():
            join(learner, form.instance)


@admin.register(Enrollment)
class EnrollmentAdmin(ReadOnly):
    """Who takes what. An enrollment carries a log, so it is made here and never unmade."""

    list_display = ("learner", "course", "enrolled_at", "finished_at", "last_sequence")
    list_filter = ("course", "enrolled_at", "learner__cohorts")
    search_fields = ("learner__email", "learner__first_name", "learner__last_name")
    list_select_related = ("learner", "course")
    autocomplete_fields = ("learner",)
    fields = ("learner", "course")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)


@admin.register(Interaction)
class InteractionAdmin(ReadOnly):
    """The log, written once."""

    list_display = ("at", "learner", "kind", "module", "score", "hints", "sequence")
    list_filter = ("kind", "at", "module__course")
    search_fields = ("enrollment__learner__email", "key")
    list_select_related = ("enrollment__learner", "module")
    ordering = ("-id",)

    @admin.display(description=_("learner"))
    def learner(self, interaction: Interaction) -> str:
        return str(interaction.enrollment.learner)


@admin.register(OutboxEntry)
class OutboxAdmin(ReadOnly):
    """What is still to be counted; an entry with a reason was given up."""

    list_display = ("interaction", "attempts", "parked_because")
    list_select_related = ("interaction",)
