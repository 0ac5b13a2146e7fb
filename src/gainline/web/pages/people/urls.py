"""Addresses of the people pages."""

from django.urls import path

from gainline.web.pages.people import access, trainings, views

app_name = "people"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="invite"),
    path("people/rights/", views.rights, name="rights"),
    path("people/trainings/", trainings.trainings, name="trainings"),
    path("people/units/", views.units, name="units"),
    path("people/<str:public_id>/", views.person, name="person"),
    path("people/<str:public_id>/link/", views.link, name="link"),
    path("people/<str:public_id>/identity/", access.tie, name="tie"),
    path("people/<str:public_id>/access/<str:act>/", access.act, name="act"),
    path("people/grants/<str:public_id>/end/", views.end, name="end"),
]
