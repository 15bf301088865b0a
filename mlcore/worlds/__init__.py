"""Worlds to judge a policy in, whose truth comes from the literature and not from our own learner model.

`mlcore.simulation` makes up whole courses and logs of answers for people to look at; a world here is a smaller thing: a
published model of how lessons change a learner, with equations that were written down before us. No policy may be
judged in a world fitted by the model family that drives it.
"""
