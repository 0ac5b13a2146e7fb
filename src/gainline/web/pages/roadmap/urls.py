"""Addresses of the roadmap's pages."""

from django.urls import path

from gainline.web.pages.roadmap import asking, document, views

app_name = "roadmap"
urlpatterns = [
    path("roadmap/", views.time, name="time"),
    path("roadmap/load/", views.load, name="load"),
    path("roadmap/risks/", views.risks, name="risks"),
    path("roadmap/changes/", views.changes, name="changes"),
    path("roadmap/document/", document.document, name="document"),
    path("roadmap/document/begin/", document.begin, name="begin"),
    path("roadmap/document/take-back/", document.take_back, name="take_back"),
    path("roadmap/ask/", asking.ask, name="ask"),
    path("roadmap/jobs/<str:public_id>/", asking.job, name="job"),
]
