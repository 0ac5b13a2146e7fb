"""The addresses of tools."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.tools import edit, teaching, views

app_name = "tools"
urlpatterns = [
    path("tools/", views.portfolio, name="tools"),
    path("tools/new/", edit.new, name="new"),
    path("tools/teaching/", teaching.teaching, name="teaching"),
    path("tools/teaching/document/", teaching.document, name="teaching-document"),
    path("tools/<str:public_id>/", views.tool, name="tool"),
    path("tools/<str:public_id>/change/", edit.change, name="change"),
    path("tools/<str:public_id>/retire/", edit.retire, name="retire"),
    path("tools/<str:public_id>/contract/", edit.add_contract, name="contract"),
    path("tools/<str:public_id>/agreement/", edit.add_agreement, name="agreement"),
    path("tools/<str:public_id>/count/", edit.count, name="count"),
    path("contracts/<str:public_id>/", edit.change_contract, name="change-contract"),
]
