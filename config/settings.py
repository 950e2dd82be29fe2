"""Settings: everything that differs between two installations comes from the environment."""

import contextlib
import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

# Every process that reads settings rings bells: shared tasks bind to this queue.
from config import celery as celery
from config.ground import BASE_DIR, DEBUG, PROCESS, PUBLIC_URL, SECURE, STATE_DIR
from config.ground import DEMO as DEMO
from config.ground import TESTING as TESTING
from config.sign_in import *  # noqa: F403  (every name there is a setting)

# --- Secrets ------------------------------------------------------------------------------------


def _kept_secret(name: str) -> str:
    """A secret from the environment, or one made once and kept with the other state."""
    if name in os.environ:
        return os.environ[name]
    if SECURE:
        raise ImproperlyConfigured(f"{name} must be set where PUBLIC_URL is https")
    kept = STATE_DIR / name.lower()
    if not kept.exists():
        from cryptography.fernet import Fernet

        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(Fernet.generate_key().decode())
        with contextlib.suppress(FileExistsError):
            os.link(fresh, kept)  # the first of two processes wins; both read what it wrote
        fresh.unlink()
    return kept.read_text().strip()


SECRET_KEY = _kept_secret("SECRET_KEY")
FIELD_KEYS = _kept_secret("FIELD_KEYS").split(",")  # the first one encrypts, all decrypt

ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "").split(",") if h] or [
    "127.0.0.1",
    "localhost",
    "[::1]",
    *([urlsplit(PUBLIC_URL).hostname] if urlsplit(PUBLIC_URL).hostname else []),
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# --- Apps ---------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "dashboards",
    "disclosure",
    "reports",
    "agencies",
    "influencers",
    "accounts",
    "journal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",  # templates of form fields, found through FORM_RENDERER
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "rest_framework_api_key",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "accounts.middleware.RequestId",
    "accounts.middleware.Answers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # allauth insists on this list; it needs no session of its own and costs the API microseconds.
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.PagesOnly",
]
# Pages go through these; the API, which takes no session cookie, steps over them.
PAGE_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ActorAtTheDoor",
    "agencies.middleware.AgencyContext",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
]
# These checks look for middleware names in MIDDLEWARE only; tests/config/test_settings.py looks
# into PAGE_MIDDLEWARE instead.
SILENCED_SYSTEM_CHECKS = ["security.W003", "security.W002"]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "dashboards.views.demo.banner",
            ],
            "builtins": ["accounts.templatetags.house", "django.templatetags.i18n"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database and broker ------------------------------------------------------------------------

DB_ROLE = os.environ.get("MINGPAI_DB_ROLE", "mingpai_app")


def _database(url: str, role: str) -> dict:
    """A Django database from `postgresql://user:password@host:port/name?host=/socket/folder`."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    settings = [f"-c role={role}"]
    if PROCESS == "web":
        settings += [
            "-c statement_timeout=5s",
            "-c lock_timeout=2s",
            "-c idle_in_transaction_session_timeout=15s",
        ]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "mingpai",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": parts.port or query.pop("port", ""),
        "CONN_MAX_AGE": None if PROCESS == "web" else 0,
        # Or the first page of each web process after a crash of the database would be an error.
        "CONN_HEALTH_CHECKS": PROCESS == "web",
        "OPTIONS": {
            **query,
            "options": " ".join(settings),
            # Django switches prepared statements off by default; the label look-up lives on them.
            "prepare_threshold": 5,
        },
    }


_app_url = os.environ.get("DATABASE_URL", "postgresql:///mingpai")
_owner_url = os.environ.get("DATABASE_OWNER_URL", _app_url)
DATABASES = {"default": _database(_owner_url if DB_ROLE == "mingpai_owner" else _app_url, DB_ROLE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")


def _redis_database(number: int) -> str:
    """REDIS_URL with another database number: the broker, the cache and limits lie apart."""
    parts = urlsplit(REDIS_URL)
    if parts.scheme == "unix":
        query = dict(parse_qsl(parts.query)) | {"db": str(number)}
        return f"unix://{parts.path}?{urlencode(query)}"  # urlunsplit would drop the slashes
    return urlunsplit((parts.scheme, parts.netloc, f"/{number}", parts.query, ""))


_unix = REDIS_URL.startswith("unix:")
BROKER_DATABASE = int(os.environ.get("MINGPAI_REDIS_BASE", "0"))
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _redis_database(BROKER_DATABASE + 1),
        "KEY_PREFIX": os.environ.get("MINGPAI_CACHE_PREFIX", "mingpai"),
    }
}
LIMITS_URL = _redis_database(BROKER_DATABASE + 2)

CELERY_BROKER_URL = (
    "redis+socket://" + urlsplit(REDIS_URL).path + f"?virtual_host={BROKER_DATABASE}"
    if _unix
    else _redis_database(BROKER_DATABASE)
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # above the longest task: a range of 20,000 profiles takes seconds
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # Of whoever rings a bell: else each one of a request tries for six seconds without a broker.
    # The worker and the clock have a setting of their own, by which they try again for ever.
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a bell that does not ring is rung again by the sweeper
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = False
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "run" / "beat")

# Who hears of new entries in the journal, in this order (task names; see journal.actions.ring).
JOURNAL_FOLLOWERS = ["reports.tasks.follow", "disclosure.tasks.follow", "dashboards.tasks.follow"]
# What does the work of a run, by its kind: modules with prepare, do_range and finish.
RUNS = {
    "import": "influencers.imports",
    "tiers": "influencers.actions.tiers",
    "duties": "disclosure.actions.duties",
    "labels": "disclosure.actions.labels",
    "tallies": "dashboards.actions.tallies",
    "reviews": "agencies.actions.reviews",
    "contracts": "agencies.imports",
}
OUTBOX = {"mail": "accounts.notifications.deliver_mail"}
RANGE_SIZE = 20_000  # profiles that one transaction of a pass or an import may write

# --- Mail -------------------------------------------------------------------------------------

_mail = urlsplit(os.environ.get("EMAIL_URL", f"file://{STATE_DIR}/mail"))
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "Mingpai <noreply@localhost>")
if _mail.scheme == "file":
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = _mail.path
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
        unquote(_mail.username or ""),
        unquote(_mail.password or ""),
    )
    EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp+tls"
    EMAIL_TIMEOUT = 10

# --- Headers ------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY = {
    name: []
    for name in (
        "accelerometer autoplay camera display-capture encrypted-media fullscreen geolocation "
        "gyroscope magnetometer microphone midi payment usb"
    ).split()
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if SECURE:
    SECURE_SSL_REDIRECT = True
    # The API answers plain http with an error of its own: a redirect would repeat a leaked key.
    SECURE_REDIRECT_EXEMPT = [r"^api/(?!v1/docs/?$)", r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Proxies whose word on a visitor's address is believed: addresses or networks. Without it all
# visitors of a portal behind a proxy share its limits.
TRUSTED_PROXIES = os.environ.get("TRUSTED_PROXIES", "").replace(",", " ").split()

# --- Files --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = PROCESS != "web" or DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PROCESS == "web" and not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", STATE_DIR / "media"))
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
UPLOAD_MAX_BYTES = 200_000_000  # a file of observations; about three million rows

# --- Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = os.environ.get("PORTAL_TIME_ZONE", "Asia/Shanghai")

# --- API ----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.doors.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.doors.HasRight"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.doors.JSONOnly"],
    "DEFAULT_PAGINATION_CLASS": "accounts.doors.KeyPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "accounts.doors.schema.Schema",
    "EXCEPTION_HANDLER": "accounts.doors.problem",
    "DEFAULT_VERSIONING_CLASS": None,
    "UNAUTHENTICATED_USER": None,
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Mingpai API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.doors.schema.add_problems",
    ],
}

# --- Logs ---------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"mingpai": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
