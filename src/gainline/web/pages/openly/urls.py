"""The public address of a district's page for families."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.openly import views

app_name = "openly"
urlpatterns = [path("privacy/<str:district_id>/", views.page, name="page")]
