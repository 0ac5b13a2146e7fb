"""The addresses of notes."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.notes import views

app_name = "notes"
urlpatterns = [
    path("notes/", views.notes, name="notes"),
    path("notes/pin/", views.pin, name="pin"),
    path("notes/<str:public_id>/drop/", views.drop, name="drop"),
]
