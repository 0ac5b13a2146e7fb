"""Addresses of the tokens."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.tokens import views

app_name = "tokens"
urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<str:public_id>/revoke/", views.revoke, name="revoke"),
]
