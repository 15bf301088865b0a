"""What workers do for the tutor. Each can run twice."""

from celery import shared_task

from adaptive import calibrating, filing, forgetting, jobs, modalities, notifying, refitting, watching


@shared_task
def run_training(job_id: str) -> None:
    """Do a job that needs a GPU, if there is one."""
    jobs.run(job_id)


@shared_task
def run_flight(job_id: str) -> None:
    """Do a job that flies made-up learners through a course."""
    jobs.run(job_id)


@shared_task
def run_judging(job_id: str) -> None:
    """Do a job that judges which policy is to teach."""
    jobs.run(job_id)


@shared_task
def ask_for_training() -> None:
    """Want the tutor trained again, every night."""
    jobs.hand_out(jobs.ask_for("retrain"))


@shared_task
def ask_for_judging() -> None:
    """Want it judged, every night, which policy is to teach each course."""
    jobs.hand_out(jobs.ask_for("judge"))


@shared_task
def sweep_jobs() -> None:
    """Hand out what waits, and what a dead worker left."""
    jobs.sweep()


@shared_task
def calibrate_courses() -> None:
    """Learn from each course's own learners."""
    calibrating.calibrate_courses()


@shared_task
def refresh_modality_effects() -> None:
    """Tell anew which way of teaching works better."""
    modalities.refresh_modality_effects()


@shared_task
def refit_laws() -> None:
    """Find anew how learners of each subject forget."""
    refitting.refit_laws()


@shared_task
def refresh_paces() -> None:
    """Tell anew how long learners remember."""
    forgetting.refresh_paces()


@shared_task
def let_go_of_snapshots() -> None:
    """Delete what was kept of courses and nobody needs any more."""
    filing.let_go()


@shared_task
def watch_absences() -> None:
    """Fire the rules about learners who stay away."""
    watching.watch_absences()


@shared_task
def mail_notices() -> None:
    """Tell trainers by mail what rules noticed, as often as they want."""
    notifying.mail_notices()
