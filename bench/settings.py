"""The portal's settings, with two more addresses to compare with."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"

# The same names of files as in production, but nobody asks for these: they need not be compressed.
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
}
