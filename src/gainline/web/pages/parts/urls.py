"""The addresses of the style guide."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.parts import views

app_name = "parts"
urlpatterns = [
    path("parts/", views.guide, name="guide"),
    path("parts/form/", views.form, name="form"),
    path("parts/confirm/", views.confirm, name="confirm"),
    path("parts/sheet/", views.sheet, name="sheet"),
]
