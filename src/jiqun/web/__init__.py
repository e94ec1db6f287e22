"""网页: urls, HTTP API, pages, templates, static files and translations; reaches records through actions."""
