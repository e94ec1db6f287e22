"""Application entry of the pages 页面."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The web room: pages, API, templates, static files and translations."""

    name = "jiqun.web"
    label = "web"
    verbose_name = "jiqun pages"
