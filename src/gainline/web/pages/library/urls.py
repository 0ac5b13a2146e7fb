"""The addresses of the library."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.library import views

app_name = "library"
urlpatterns = [
    path("library/", views.learnings, name="library"),
    path("library/playbooks/", views.playbooks, name="playbooks"),
    path("library/playbooks/new/<str:public_id>/", views.new_playbook, name="new-playbook"),
    path("library/playbooks/<str:public_id>/", views.playbook, name="playbook"),
    path("library/stories/", views.stories, name="stories"),
    path("library/stories/<str:public_id>/", views.story, name="story"),
]
