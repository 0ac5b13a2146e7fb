"""The addresses of the doors; those of providers stand before allauth's, which check less."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.door import views

app_name = "door"
urlpatterns = [
    path("demo/", views.demo, name="demo"),
    path("accounts/oidc/<str:provider_id>/login/", views.leave, name="leave"),
    path("accounts/oidc/<str:provider_id>/login/callback/", views.come_back, name="come_back"),
]
