"""Duties: the pass that opens, meets and closes them (a run of kind "duties"), and waiving one."""

from disclosure.actions.duties.passes import do_range, finish, prepare
from disclosure.actions.duties.waivers import DutyRefused, waive

__all__ = ["DutyRefused", "do_range", "finish", "prepare", "waive"]
