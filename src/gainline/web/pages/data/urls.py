"""Addresses of the data pages; a student's name or identifier is never in one."""

from django.urls import path

from gainline.web.pages.data import imports, indicators, profiles, quality, worklist

app_name = "data"
urlpatterns = [
    path("data/", imports.imports, name="imports"),
    path("data/imports/new/", imports.new, name="new"),
    path("data/imports/<str:public_id>/", imports.brought, name="import"),
    path("data/imports/<str:public_id>/take/", imports.take_in, name="take"),
    path("data/imports/<str:public_id>/discard/", imports.discard, name="discard"),
    path("data/worklist/", worklist.worklist, name="worklist"),
    path("data/worklist/sure/", worklist.sure, name="sure"),
    path("data/worklist/choose/", worklist.choose, name="choose"),
    path("data/worklist/undo/", worklist.undo, name="undo"),
    path("data/quality/", quality.quality, name="quality"),
    path("data/indicators/", indicators.catalogue, name="indicators"),
    path("data/indicators/<slug:key>/", indicators.indicator, name="indicator"),
    path("data/measurements/<str:public_id>/", indicators.measured, name="measured"),
    path("data/profiles/", profiles.profiles, name="profiles"),
    path("data/profiles/new/", profiles.new, name="new_profile"),
    path("data/profiles/<str:key>/edit/", profiles.edit, name="profile"),
    path("data/profiles/<str:key>/take-back/", profiles.take_back, name="take_back_profile"),
]
