"""The addresses of the doors; they stand before allauth's, which check less and send mail."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.door import views

app_name = "door"
urlpatterns = [
    path("accounts/password/reset/", views.forgotten, name="forgotten"),
    path("demo/", views.demo, name="demo"),
    path("accounts/oidc/<str:provider_id>/login/", views.leave, name="leave"),
    path("accounts/oidc/<str:provider_id>/login/callback/", views.come_back, name="come_back"),
]
