"""页面: one file per noun; each has `urlpatterns`, reads a context through actions and renders one template."""
