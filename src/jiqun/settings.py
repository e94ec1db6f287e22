"""设置 settings: read once from the environment, shared by every process (server, worker, command line, tests).

`SETTINGS` is the whole list; the reference page and a repository test are made from it. The data folder (home) holds
everything an office owns: the ledger, the lake, uploads, the secret key. Nothing else is written anywhere.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse


@dataclass(frozen=True)
class Setting:
    """One setting: environment variable, default as text, and a sentence for the reference page."""

    name: str
    default: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("JIQUN_HOME", "./home", "Data folder: ledger, lake, uploads, secret key. `--home` overrides it."),
    Setting(
        "JIQUN_DATABASE_URL", "", "postgresql://user:password@host:port/name; empty means SQLite in home."
    ),
    Setting(
        "JIQUN_PACKS", "", "Folder of rule packs and code tables; empty means the packs shipped with jiqun."
    ),
    Setting("JIQUN_EXAMPLE", "", "Folder of the example; empty means the example shipped with jiqun."),
    Setting(
        "JIQUN_LANG", "zh-hans", "Language of pages and commands for who has not chosen one: zh-hans or en."
    ),
    Setting(
        "JIQUN_HOSTS",
        "",
        "Host names, comma separated, under which the server may be reached beside loopback.",
    ),
    Setting(
        "JIQUN_HTTPS", "0", "1 when a proxy in front speaks HTTPS: cookies become secure-only, HSTS is sent."
    ),
    Setting("JIQUN_UPLOAD_MB", "200", "Largest file an upload or import may have, in MB."),
    Setting("JIQUN_UNPACKED_MB", "2000", "Largest size a workbook or archive may unpack to, in MB."),
    Setting("JIQUN_MEMORY_MB", "512", "Memory limit of the query engine in each process, in MB."),
    Setting("JIQUN_THREADS", "2", "Threads of the query engine in each process."),
    Setting("JIQUN_INTAKE_PORT", "8001", "Port on which `jiqun intake` takes batches of readings over HTTP."),
    Setting("JIQUN_INTAKE_MB", "8", "Largest body of batches the intake takes, packed and unpacked, in MB."),
    Setting("JIQUN_INTAKE_MEMORY_MB", "128", "Memory limit of the merger's query engine, in MB."),
    Setting("JIQUN_INTAKE_MERGE_S", "1.5", "Seconds between two rounds of the merger."),
    Setting("JIQUN_INTAKE_CERT", "", "Certificate file of the HTTP gate; empty means no TLS of its own."),
    Setting("JIQUN_INTAKE_KEY", "", "Key file that goes with JIQUN_INTAKE_CERT."),
    Setting(
        "JIQUN_INTAKE_CLIENT_CA",
        "",
        "Authority of client certificates: one whose common name is a site opens that site, without a token.",
    ),
    Setting(
        "JIQUN_BROKER", "", "Broker the intake's workers take batches from: mqtt://host:1883 or mqtts://."
    ),
    Setting("JIQUN_BROKER_USER", "", "User of the workers at the broker."),
    Setting("JIQUN_BROKER_PASSWORD_FILE", "", "File with that user's password."),
    Setting("JIQUN_BROKER_CA", "", "Certificate authority of the broker, when it is one of your own."),
    Setting("JIQUN_BROKER_CERT", "", "Client certificate of the workers, where the broker asks for one."),
    Setting("JIQUN_BROKER_KEY", "", "Key file that goes with JIQUN_BROKER_CERT."),
    Setting("JIQUN_PAGE_ROWS", "50", "Rows a table page shows before it turns the page."),
    Setting("JIQUN_EXPORT_ROWS", "1000000", "Most rows one export may hold."),
    Setting(
        "JIQUN_LIVE_STREAMS",
        "2",
        "Streams of live pages open at once; each holds one of the server's four threads. Further pages ask every 3 s.",
    ),
    Setting("JIQUN_DEBUG", "0", "1 shows tracebacks on error pages; never on a machine others can reach."),
    Setting(
        "JIQUN_FONT_DIR",
        "",
        "Folder with a Chinese font for PDF briefs; empty means the fonts of the machine.",
    ),
)


def setting(name: str) -> str:
    """Give the value of a setting: the environment first, then its default. KeyError if it is not in SETTINGS."""
    known = {item.name: item.default for item in SETTINGS}
    return os.environ.get(name, "") or known[name]


def flag(name: str) -> bool:
    """Give a 0/1 setting as a bool."""
    return setting(name) == "1"


def shipped(folder: str, override: str) -> Path:
    """Find a folder that ships with jiqun: the override, the checkout it runs from, or the installed package."""
    if setting(override):
        return Path(setting(override)).resolve()
    package = Path(__file__).resolve().parent
    checkout = package.parent.parent / folder
    return checkout if checkout.is_dir() else package / "_data" / folder


HOME = Path(setting("JIQUN_HOME")).resolve()
PACKS_DIR = shipped("packs", "JIQUN_PACKS")
EXAMPLE_DIR = shipped("example", "JIQUN_EXAMPLE")
LAKE_DIR = HOME / "lake"
UPLOADS_DIR = HOME / "uploads"


def _secret_key() -> str:
    """Read the key of this home; where there is no home, a key for this process only. Nothing is written."""
    try:
        return (HOME / "secret.key").read_text(encoding="ascii").strip()
    except OSError:
        return secrets.token_urlsafe(50)


def make_secret_key() -> str:
    """Give the key of this home, making it on first use; readable by its owner only."""
    path = HOME / "secret.key"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()


def _database() -> dict[str, Any]:
    """Give Django's database entry: PostgreSQL by URL, else SQLite in WAL mode with immediate transactions."""
    url = setting("JIQUN_DATABASE_URL")
    if url:
        parts = urlparse(url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "ledger.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;"
            " PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;",
        },
    }


SECRET_KEY = _secret_key()
DEBUG = flag("JIQUN_DEBUG")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *filter(None, setting("JIQUN_HOSTS").split(","))]
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "ledger.User"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    *(
        ["ninja"] if os.environ.get("JIQUN_PROCESS") not in ("worker", "intake") else []
    ),  # pages and API alone
    "jiqun.ledger",
    "jiqun.web",
]
MIDDLEWARE = [
    "jiqun.web.middleware.RequestIdMiddleware",
    "jiqun.web.middleware.SecurityHeadersMiddleware",
    "jiqun.web.body_limit.BodyLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "jiqun.web.middleware.ActorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "jiqun.web.urls"
WSGI_APPLICATION = "jiqun.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jiqun.web.context.frame",
            ],
            "builtins": ["jiqun.web.templatetags.jiqun"],
        },
    }
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = setting("JIQUN_LANG")
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parent / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "jiqun.web.pages.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = flag("JIQUN_HTTPS")
SECURE_HSTS_SECONDS = 31_536_000 if flag("JIQUN_HTTPS") else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("JIQUN_HTTPS") else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = UPLOADS_DIR if UPLOADS_DIR.is_dir() else None
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
