"""`make bench`: each path of the portal against the bare engine doing the same work, in one run.

Not an app. It has engines, databases and addresses of its own, and removes them at its end.
docs/speed.md says what is measured and how.
"""
