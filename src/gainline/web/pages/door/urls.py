"""The address of the demo's door."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.door import views

app_name = "door"
urlpatterns = [path("demo/", views.demo, name="demo")]
