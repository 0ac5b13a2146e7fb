"""The address of the health check."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.health import views

app_name = "health"
urlpatterns = [path("health/", views.health, name="health")]
