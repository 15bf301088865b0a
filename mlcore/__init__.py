"""How people learn: learner models, the policy, and how good they are. No Django, no clock."""
