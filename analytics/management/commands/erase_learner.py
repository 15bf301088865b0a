"""`manage.py erase_learner EMAIL`: forget somebody for good."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.erasing import erase
from courses.models import Interaction, User


class Command(BaseCommand):
    help = "Erase a person and everything they did. It cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address they sign in with")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, email: str, yes: bool, **options: Any) -> None:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {email}.")
        events = Interaction.objects.filter(enrollment__learner=person).count()
        self.stdout.write(f"{person.name} <{person.email}>: {events} entries in the log.")
        if not yes and input("Erase all of it for good? Type yes: ") != "yes":
            raise CommandError("Nothing was erased.")
        erase(person)
        self.stdout.write("Erased.")
