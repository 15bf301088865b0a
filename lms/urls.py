"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.static import serve
from wagtail.admin import urls as wagtailadmin_urls

from adaptive.views.today import home
from courses.access import for_people
from lms import health
from lms.styleguide import styleguide

urlpatterns = [
    path("", home, name="home"),
    path("", include("adaptive.urls")),
    path("", include("courses.urls")),
    path("trainer/", include("analytics.urls")),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("media/<path:path>", for_people(serve), {"document_root": settings.MEDIA_ROOT}, name="media"),
    path("admin/", admin.site.urls),
    path("authoring/", include(wagtailadmin_urls)),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("lms.api_urls")),
]

if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
