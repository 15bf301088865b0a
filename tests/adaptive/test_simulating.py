"""Made-up learners leave the same log as everybody else."""

from adaptive.simulating import simulate_cohort
from courses.models import Cohort, Interaction, InteractionKind
from tests.factories import make_course


def test_a_made_up_hint_says_which_one_it_was(db: None) -> None:
    cohort = Cohort.objects.create(name="Made up", is_simulated=True)
    cohort.courses.add(make_course(modules=2))

    simulate_cohort(cohort, learners=6, seed=1, days=6)

    hints = Interaction.objects.filter(kind=InteractionKind.HINTED)
    assert {hint.response["hint"] for hint in hints} == {1}
    assert all(hint.presentation and hint.at <= hint.presentation.interactions.answers().get().at for hint in hints)
