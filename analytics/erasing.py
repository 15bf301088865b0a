"""Somebody is forgotten: what they did, what was believed of them, and every row that says who they are."""

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import DO_NOTHING, ForeignObjectRel, Model
from wagtail.models import ModelLogEntry, ReferenceIndex

from analytics.forgetting import forget
from courses.models import Enrollment, User
from courses.recording import lock

NOTES = (LogEntry, ModelLogEntry, ReferenceIndex)  # rows about others, known by type and id


@transaction.atomic
def erase(person: User) -> None:
    """Forget a person for good. The counts of others are then what they would be if this one had never been here.

    What they wrote for everybody, such as a course, stays without their name. Doing so twice changes nothing.
    """
    locked = User.objects.select_for_update().filter(pk=person.pk).first()  # nobody enrolls them meanwhile
    if locked is None:
        return
    enrollments = list(Enrollment.objects.filter(learner=locked).order_by("pk"))
    for enrollment in enrollments:
        lock(enrollment)
        forget(enrollment)
    addresses = list(EmailAddress.objects.filter(user=locked))
    _erase_notes_about([locked, *enrollments, *addresses])
    _end_sessions(locked)
    _take_name_off(locked)
    locked.delete()


def _erase_notes_about(rows: list[Model]) -> None:
    """Delete what the admin pages and Wagtail wrote down about these rows, their names included."""
    for row in rows:
        kind = ContentType.objects.get_for_model(row)
        for notes in NOTES:
            notes._default_manager.filter(content_type=kind, object_id=str(row.pk)).delete()
        ReferenceIndex.objects.filter(to_content_type=kind, to_object_id=str(row.pk)).delete()


def _end_sessions(person: User) -> None:
    """Sign them out everywhere. Only a session itself knows whose it is."""
    key = str(person.pk)
    theirs = [row.pk for row in Session.objects.iterator() if row.get_decoded().get("_auth_user_id") == key]
    Session.objects.filter(pk__in=theirs).delete()


def _take_name_off(person: User) -> None:
    """Let go of what points at a person and neither goes nor is emptied with them: Wagtail's log of edits."""
    for relation in User._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.on_delete is DO_NOTHING:
            held = relation.related_model._default_manager.filter(**{relation.field.name: person})
            held.update(**{relation.field.name: None})
