"""What our policies are to reach, and what was measured: one file for each kind of target, one table of them all."""
