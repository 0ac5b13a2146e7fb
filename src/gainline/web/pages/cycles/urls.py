"""The addresses of cycles."""

from __future__ import annotations

from django.urls import path

from gainline.web.pages.cycles import auditing, deciding, drawing, evidence, locking, planning, views, watching

app_name = "cycles"
ONE = "cycles/<str:public_id>/"
urlpatterns = [
    path("cycles/", views.cycles, name="cycles"),
    path("cycles/new/", views.new, name="new"),
    path(ONE, views.cycle, name="cycle"),
    path(f"{ONE}stop/", views.stop, name="stop"),
    path(f"{ONE}question/", planning.question, name="question"),
    path(f"{ONE}question/check/", planning.check, name="check"),
    path(f"{ONE}who/", planning.who, name="who"),
    path(f"{ONE}who/could/", planning.could, name="could"),
    path(f"{ONE}measures/", planning.measures, name="measures"),
    path(f"{ONE}rule/", planning.rule, name="rule"),
    path(f"{ONE}plan/", planning.document, name="plan"),
    path(f"{ONE}plan/check/", planning.check_document, name="check_plan"),
    path(f"{ONE}sample/", drawing.sample, name="sample"),
    path(f"{ONE}sample/decline/", drawing.decline, name="decline"),
    path(f"{ONE}draw/", drawing.draw, name="draw"),
    path(f"{ONE}register/", locking.register, name="register"),
    path(f"{ONE}register/lock/", locking.lock, name="lock"),
    path(f"{ONE}amend/", locking.amend, name="amend"),
    path(f"{ONE}monitor/", watching.monitor, name="monitor"),
    path(f"{ONE}monitor/measure/", watching.ask, name="measure"),
    path(f"{ONE}monitor/arms/", watching.arms, name="arms"),
    path(f"{ONE}monitor/signs/", watching.signs, name="signs"),
    path(f"{ONE}evidence/", evidence.evidence, name="evidence"),
    path(f"{ONE}evidence/look/", evidence.look, name="look"),
    path(f"{ONE}audit/", auditing.audit, name="audit"),
    path(f"{ONE}release/", evidence.release, name="release"),
    path(f"{ONE}review/", deciding.review, name="review"),
    path(f"{ONE}review/speak/", deciding.speak, name="speak"),
    path(f"{ONE}decision/", deciding.decision, name="decision"),
    path(f"{ONE}learning/", deciding.learning, name="learning"),
]
