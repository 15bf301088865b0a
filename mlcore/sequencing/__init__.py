"""Which skill next, learned across thousands of made-up learners and courses: a recurrent policy (RL^2)."""
