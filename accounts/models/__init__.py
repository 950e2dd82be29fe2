from accounts.models.files import File
from accounts.models.keys import ApiKey
from accounts.models.notices import Notice
from accounts.models.users import Grant, User

__all__ = ["ApiKey", "File", "Grant", "Notice", "User"]
