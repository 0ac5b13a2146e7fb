"""The addresses of the two choices."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.look import views

app_name = "look"
urlpatterns = [
    path("look/", views.choose_look, name="look"),
    path("language/", views.choose_language, name="language"),
]
