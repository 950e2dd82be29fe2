"""What every entrance shares. Nothing in here knows a page or a route.

Must not import rest_framework.views: its settings import this package while that module loads.
"""

from accounts.doors.keys import HasRight, KeyAuthentication
from accounts.doors.limits import allow, forget
from accounts.doors.paging import BadCursor, KeyPagination, Page, keyset
from accounts.doors.parsing import JSONOnly
from accounts.doors.people import actor_of_key, actor_of_user, require
from accounts.doors.problems import DIRECT, problem, problem_response
from accounts.doors.reauthentication import sensitive
from accounts.doors.sight import with_sight
from accounts.doors.tags import tagged
from accounts.doors.uploads import Checked, UploadRefused, check_upload
from accounts.doors.visitors import visitor

__all__ = [
    "DIRECT",
    "BadCursor",
    "Checked",
    "HasRight",
    "JSONOnly",
    "KeyAuthentication",
    "KeyPagination",
    "Page",
    "UploadRefused",
    "actor_of_key",
    "actor_of_user",
    "allow",
    "check_upload",
    "forget",
    "keyset",
    "problem",
    "problem_response",
    "require",
    "sensitive",
    "tagged",
    "visitor",
    "with_sight",
]
