"""Which way of learning works better: evidence, a hierarchy of effects, and verdicts that hold whenever one looks."""
