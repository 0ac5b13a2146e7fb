"""Address of the training."""

from django.urls import path

from gainline.web.pages.training import views

app_name = "training"
urlpatterns = [path("training/", views.training, name="training")]
