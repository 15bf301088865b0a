"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [
    path("admin/", admin.site.urls),
    path("authoring/", include(wagtailadmin_urls)),
    path("accounts/", include("allauth.urls")),
]
