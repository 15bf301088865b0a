"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls

from lms import health

urlpatterns = [
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("admin/", admin.site.urls),
    path("authoring/", include(wagtailadmin_urls)),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("lms.api_urls")),
]
