"""Every setting, once. What differs between machines comes from the environment; `.env.example` lists it all."""

import os
import sys
import zoneinfo
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _
from environs import Env, EnvError, validate

from lms.environment import LOG_LEVELS, UNKNOWN_ZONE, broker_from, database_from, mail_from, redis_address, refuse

os.environ.setdefault("OMP_NUM_THREADS", "1")  # BLAS threads inside web workers cost ten times the throughput

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)

try:
    DEBUG = env.bool("DEBUG", False)
    DEMO = env.bool("ADEPT_DEMO", False)
    SECRET_KEY = env.str("SECRET_KEY", "only-for-development-" + "x" * 40 if DEBUG or DEMO else "")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
    CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
    HTTPS = env.bool("HTTPS", not (DEBUG or DEMO))
    DATA_DIR = Path(env.str("ADEPT_DATA_ROOT", str(BASE_DIR / "var")))
    DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{quote(str(DATA_DIR / 'adept.sqlite3'))}")
    DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", 0)
    REDIS_URL = env.str("REDIS_URL", "", validate=redis_address)
    CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "")
    QUEUE_PREFIX = env.str("QUEUE_PREFIX", "")
    TIME_ZONE = env.str("TIME_ZONE", "UTC", validate=validate.OneOf(zoneinfo.available_timezones(), error=UNKNOWN_ZONE))
    DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Adept <noreply@localhost>")
    EMAIL = mail_from(env.str("EMAIL_URL", f"file://{DATA_DIR.resolve()}/mail" if DEMO else "console://"))
    ACCOUNT_EMAIL_VERIFICATION = env.str(
        "ACCOUNT_EMAIL_VERIFICATION", "optional", validate=validate.OneOf(["mandatory", "optional", "none"])
    )
    LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(LOG_LEVELS))
    SITE_URL = env.str("SITE_URL", "http://localhost:8000")
    DATABASES = {"default": database_from(DATABASE_URL, DATABASE_POOL_SIZE)}
except EnvError as error:
    refuse(str(error))
if not SECRET_KEY:
    refuse(
        'Environment variable "SECRET_KEY" is not set. For the demo set ADEPT_DEMO=1 instead; otherwise make one: '
        'python -c "import secrets; print(secrets.token_urlsafe(50))"'
    )

INSTALLED_APPS = [
    "lms",
    "analytics",
    "adaptive",
    "courses",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.forms",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "courses.middleware.TimeZoneMiddleware",
    "courses.middleware.AuthoringMiddleware",
]

ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    }
]

# People
AUTH_USER_MODEL = "courses.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "courses.access.RoleBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "courses.mailing.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "courses.forms.NameForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/5m/key",
    "login": "60/m/ip",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/m/key",
}

# Places
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [("vendor", BASE_DIR / "var" / "vendor")]
WHITENOISE_USE_FINDERS = DEBUG or DEMO
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "media/"
CHECKPOINT_DIR = DATA_DIR / "checkpoints"

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
FORMAT_MODULE_PATH = "lms.formats"
USE_TZ = True

# Cache, sessions, queue
CACHES = {
    "default": {
        "BACKEND": "lms.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 0.25, "socket_connect_timeout": 0.25},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = broker_from(CELERY_BROKER_URL or REDIS_URL, DATA_DIR / "queue")
CELERY_TASK_DEFAULT_QUEUE = QUEUE_PREFIX + "celery"
CELERY_TASK_ROUTES = {"adaptive.tasks.run_training": {"queue": QUEUE_PREFIX + "gpu"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE

# Security
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^health/"]
CSRF_FAILURE_VIEW = "courses.views.safety.stamp_refused"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"  # Wagtail loosens it for its own previews
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "media-src": ["'self'", "https:"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}
# What Wagtail's editor needs beyond it: a preview stands in a frame.
AUTHORING_CSP = {"frame-src": ["'self'"], "frame-ancestors": ["'self'"]}
PREVIEW_CSP = {"frame-ancestors": ["'self'"]}

# Parts
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # templates/ may hold a widget's template, too
WAGTAIL_SITE_NAME = "Adept"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # people choose theirs on their own page
WAGTAIL_WORKFLOW_ENABLED = False
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILDOCS_EXTENSIONS = ["pdf", "vtt"]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "courses.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["lms.parsing.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "lms.paging.Pages",
    "EXCEPTION_HANDLER": "lms.errors.as_problem",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Adept",
    "VERSION": "1",
    "DESCRIPTION": "The API of an adaptive learning management system. `docs/api.md` shows a learner's whole session.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["lms.schema.only_ours"],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "lms.schema.add_problems"],
    "ENUM_SUFFIX": "",
    "ENUM_NAME_OVERRIDES": {
        "Modality": "courses.models.Modality",
        "Difficulty": "courses.models.Difficulty",
        "QuestionKind": "courses.models.QuestionKind",
        "Purpose": "courses.models.Purpose",
        "Aim": "adaptive.models.Aim",
        "Rung": "adaptive.models.Rung",
        "Level": "adaptive.mastery.Level",
    },
}
vars().update(EMAIL)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {"wagtail": {"level": "WARNING"}},  # it tells every edit, and keeps them in its own table
}
