"""The address in a brief's link."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.feedback import views

app_name = "feedback"
urlpatterns = [path("feedback/<str:token>/", views.answer, name="answer")]
