"""The API's addresses: every one of them asks for a token, but for the description itself."""

from __future__ import annotations

from gainline.web.api import findings, records, thread
from gainline.web.api.site import api
from gainline.web.gate import by_token

for _router in (thread.router, records.router, findings.router):
    api.add_router("", _router)

urlpatterns, _application, app_name = api.urls
for _pattern in urlpatterns:
    by_token(_pattern.callback)
