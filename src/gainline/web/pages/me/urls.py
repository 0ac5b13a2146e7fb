"""Addresses of one's own account."""

from django.urls import path

from gainline.web.pages.me import views

app_name = "me"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/sessions/<str:public_id>/end/", views.end, name="end"),
]
