"""Addresses of the governance pages."""

from django.urls import path

from gainline.web.pages.governance import views

app_name = "governance"
urlpatterns = [
    path("governance/", views.agreements, name="agreements"),
    path("governance/families/", views.families, name="families"),
    path("governance/releases/", views.releases, name="releases"),
    path("governance/audits/", views.audits, name="audits"),
    path("governance/trail/", views.trail, name="trail"),
]
