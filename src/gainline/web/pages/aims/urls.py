"""The addresses of aims."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.aims import edit, views

app_name = "aims"
urlpatterns = [
    path("aims/", views.aims, name="aims"),
    path("aims/new/", edit.new, name="new"),
    path("aims/<str:public_id>/", views.aim, name="aim"),
    path("aims/<str:public_id>/change/", edit.change, name="change"),
    path("aims/<str:public_id>/close/", edit.close, name="close"),
    path("aims/<str:public_id>/measures/", edit.add_measure, name="measures"),
    path("aims/<str:public_id>/drivers/", edit.add_driver, name="drivers"),
    path("aim-measures/<str:public_id>/drop/", edit.drop_measure, name="drop-measure"),
    path("aim-drivers/<str:public_id>/", edit.mark_driver, name="driver"),
    path("aim-drivers/<str:public_id>/drop/", edit.drop_driver, name="drop-driver"),
]
