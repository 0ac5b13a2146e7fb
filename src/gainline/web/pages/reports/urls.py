"""The addresses of reports."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.reports import views

app_name = "reports"
urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/new/", views.new, name="new"),
    path("reports/<str:public_id>/", views.report, name="report"),
    path("reports/<str:public_id>/page/", views.page, name="page"),
    path("reports/<str:public_id>/sheet/", views.sheet, name="sheet"),
    path("reports/preview/<str:public_id>/", views.preview, name="preview"),
]
