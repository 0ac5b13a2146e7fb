"""Addresses of the governance pages."""

from django.urls import path

from gainline.web.pages.governance import agreed, consent, desk, glass, left, openly, retention, telling, views

app_name = "governance"
urlpatterns = [
    path("governance/", views.agreements, name="agreements"),
    path("governance/agreements/<str:agreement_id>/", agreed.agreement, name="agreement"),
    path("governance/agreements/<str:agreement_id>/exhibit-b/", agreed.exhibit, name="exhibit"),
    path("governance/agreements/<str:agreement_id>/hand-over/", agreed.hand_over, name="hand-over"),
    path("governance/agreements/<str:agreement_id>/exit/", agreed.prove, name="exit"),
    path("governance/agreements/<str:agreement_id>/destroy/", agreed.destroy, name="destroy"),
    path("governance/handovers/<str:handover_id>/file/", agreed.file, name="handover"),
    path("governance/handovers/<str:handover_id>/destroyed/", agreed.proven, name="handover-destroyed"),
    path("governance/assessment/", openly.assessment, name="assessment"),
    path("governance/open/", openly.standing, name="openly"),
    path("governance/open/checked/", openly.checked, name="checked"),
    path("governance/open/breach/", openly.breach, name="breach"),
    path("governance/families/", views.families, name="families"),
    path("governance/consent/", consent.consent, name="consent"),
    path("governance/consent/notices/", telling.notices, name="notices"),
    path("governance/consent/survey/", telling.survey, name="survey"),
    path("governance/retention/", retention.retention, name="retention"),
    path("governance/retention/lift/", retention.lift, name="retention-lift"),
    path("governance/retention/take-out/", retention.carry_out, name="retention-order"),
    path("governance/desk/", desk.desk, name="desk"),
    path("governance/desk/<str:request_id>/", desk.request_page, name="request"),
    path("governance/reads/", glass.reads, name="reads"),
    path("governance/glass/", glass.break_glass, name="glass"),
    path("governance/glass/<str:glass_id>/", glass.broken, name="broken"),
    path("governance/releases/", left.releases, name="releases"),
    path("governance/audits/", views.audits, name="audits"),
    path("governance/trail/", views.trail, name="trail"),
]
