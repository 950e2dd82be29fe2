from accounts.models.files import File
from accounts.models.keys import ApiKey
from accounts.models.notices import Notice
from accounts.models.proposals import Proposal, acting
from accounts.models.sessions import OpenSession
from accounts.models.users import Grant, User

__all__ = ["ApiKey", "File", "Grant", "Notice", "OpenSession", "Proposal", "User", "acting"]
