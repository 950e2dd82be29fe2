"""The web entrance: `granian --interface wsgi config.wsgi:application`."""

import os

# Before settings are read: the web runs with statement and lock time-outs, workers without.
os.environ.setdefault("MINGPAI_PROCESS", "web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
