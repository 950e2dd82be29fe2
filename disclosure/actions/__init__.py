"""Every meaningful write of disclosure, by noun: `rules.propose(…)`, `declarations.declare(…)`."""
