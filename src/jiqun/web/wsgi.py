"""WSGI entry 服务入口, what the server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiqun.settings")
application = get_wsgi_application()
