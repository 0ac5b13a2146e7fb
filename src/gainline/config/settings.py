"""Django's settings: one module for everybody; what differs between districts comes from the environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from gainline.config.environment import postgresql, read_environment, sqlite
from gainline.config.providers import read_providers
from gainline.web.catalogs import compile_catalogs

ENVIRONMENT = read_environment()
PACKAGE = Path(__file__).resolve().parents[1]
WEB = PACKAGE / "web"

GAINLINE_HOME = ENVIRONMENT.home
GAINLINE_IS_DEMO = ENVIRONMENT.is_demo
SECRET_KEY, *SECRET_KEY_FALLBACKS = ENVIRONMENT.secret_keys
DEBUG = False  # never: its error pages show values, and values here may be a child's
ALLOWED_HOSTS = [ENVIRONMENT.host, "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.origin]

INSTALLED_APPS = [
    "gainline.store",
    "gainline.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_cotton",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rules",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "gainline.web.paces.Sender",
    "gainline.web.headers.Careful",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gainline.web.sessions.Lasting",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gainline.web.gate.Gate",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "gainline.config.urls"
WSGI_APPLICATION = "gainline.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": postgresql(ENVIRONMENT.database_url) if ENVIRONMENT.database_url else sqlite(GAINLINE_HOME),
}
CACHES = {  # a table: what counts attempts and remembers used codes must be the same for all server processes
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "gainline_cache"},
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
GAINLINE_API_PER_MINUTE = 300  # requests of one token that each server process lets pass
GAINLINE_PATIENCE = 0.5 if ENVIRONMENT.is_served else None  # seconds that a page waits for a look into the lake
GAINLINE_PROXIES = ENVIRONMENT.proxies
GAINLINE_MFA = "off" if ENVIRONMENT.is_demo else ENVIRONMENT.mfa  # the demo's people are made up
GAINLINE_JOB_TASK = "gainline.jobs.work.carry_out"  # services stand below jobs, so they find it by this name

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "csp.context_processors.nonce",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gainline.web.parts.frame.frame",
            ],
        },
    },
]

STATIC_URL = "/static/"
STATIC_ROOT = GAINLINE_HOME / "static"
DRAWN = PACKAGE / "engine" / "reports" / "templates" / "drawn"  # sheets of drawings that pages and papers share
STATICFILES_DIRS = [WEB / "static", ("gainline/drawn", DRAWN)]
# `gainline serve` collects and hashes the files; before that, and in tests, they are read where they stand.
WHITENOISE_USE_FINDERS = not ENVIRONMENT.is_served
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENVIRONMENT.is_served
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

AUTH_USER_MODEL = "store.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "gainline.web.passwords.NotOfThisPlace"},
    {"NAME": "gainline.web.passwords.NotBreached", "OPTIONS": {"path": ENVIRONMENT.breached_file}},
]
LOGIN_URL = "account_login"
LOGIN_URL_PATH = "accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by the district, never by whoever comes along
ACCOUNT_ADAPTER = "gainline.web.accounts.InvitedOnly"
SOCIALACCOUNT_ADAPTER = "gainline.web.accounts.KnownIdentitiesOnly"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": read_providers(ENVIRONMENT.oidc_file)}}
SOCIALACCOUNT_LOGIN_ON_GET = False  # nobody is signed in by following a link
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session goes on; all others end with the password
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # whoever chose a password by a sign-in link; a second factor is asked for still
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
MFA_ADAPTER = "gainline.web.factors.Sealed"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the district entered the address
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Gainline"
AXES_VERBOSE = False  # it greets in every process
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "gainline.web.accounts.meant"
# Beside that: one address guesses at many accounts, many addresses guess at one. The second limit is far off, so that
# nobody shuts a colleague out by typing a few wrong passwords.
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,100/h/key"}

SESSION_ENGINE = "gainline.store.models.sessions"  # keeps whose a session is
SESSION_COOKIE_AGE = 12 * 3600
GAINLINE_IDLE_SECONDS = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.is_secure
SESSION_COOKIE_NAME = "__Host-session" if ENVIRONMENT.is_secure else "gainline-session"
CSRF_COOKIE_NAME = "__Host-csrf" if ENVIRONMENT.is_secure else "gainline-csrf"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = "__Host-language" if ENVIRONMENT.is_secure else "gainline-language"
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.is_secure else 0
SECURE_SSL_REDIRECT = False  # the reverse proxy in front speaks TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.is_secure else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

USE_TZ = True
TIME_ZONE = "UTC"  # what is stored; pages show the district's own days
USE_I18N = True
USE_THOUSAND_SEPARATOR = True  # a number that a machine reads again says |unlocalize in its template
FORMAT_MODULE_PATH = "gainline.web.formats"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [compile_catalogs()]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"impersonal": {"()": "gainline.config.logs.Impersonal"}},
    "formatters": {"lines": {"()": "gainline.config.logs.JsonLines"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "filters": ["impersonal"], "formatter": "lines"},
    },
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level},
    "loggers": {"django.server": {"handlers": ["stderr"], "propagate": False}},
}
