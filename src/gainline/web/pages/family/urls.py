"""Addresses of a family's page; the word in them is signed and names nobody."""

from django.urls import path

from gainline.web.pages.family import views

app_name = "family"
urlpatterns = [path("family/<str:token>/", views.family, name="family")]
