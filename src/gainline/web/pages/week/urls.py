"""The address of this week."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.week import views

app_name = "week"
urlpatterns = [path("", views.home, name="home")]
