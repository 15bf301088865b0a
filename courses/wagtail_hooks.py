"""What authors find in Wagtail: their content, their courses, and nothing they do not need."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.search import SearchArea

from courses.authoring import views
from courses.authoring.home import CoursesPanel, DraftsPanel
from courses.authoring.viewsets import ContentGroup

MENU = ("courses", "content", "site")
SEARCHES = ("questions", "modules", "variants")


@hooks.register("register_admin_viewset")
def content() -> ContentGroup:
    return ContentGroup()


@hooks.register("register_admin_urls")
def pages_about_courses() -> list[URLPattern]:
    return [
        path("course/<int:pk>/", views.course_tree, name="authoring_tree"),
        path("move/<str:kind>/<int:pk>/<str:way>/", views.move_in_course, name="authoring_move"),
    ]


@hooks.register("register_admin_menu_item")
def courses_item() -> MenuItem:
    return MenuItem(_("Courses"), reverse("wagtailadmin_home"), name="courses", icon_name="list-ul", order=100)


@hooks.register("register_admin_menu_item")
def site_item() -> MenuItem:
    return MenuItem(_("Back to learning"), "/", name="site", icon_name="arrow-left", order=9000)


@hooks.register("construct_main_menu")
def only_what_authors_need(request: HttpRequest, items: list[Any]) -> None:
    items[:] = [item for item in items if item.name in MENU]


@hooks.register("register_admin_search_area")
def search_questions() -> SearchArea:
    url = reverse("wagtailsnippets_courses_question:list")
    return SearchArea(_("Questions"), url, name="questions", icon_name="help", order=100)


@hooks.register("construct_search")
def search_only_content(request: HttpRequest, areas: list[Any]) -> None:
    areas[:] = [area for area in areas if area.name in SEARCHES]


@hooks.register("construct_homepage_panels")
def your_courses(request: HttpRequest, panels: list[Any]) -> None:
    panels[:] = [CoursesPanel(), DraftsPanel()]


@hooks.register("construct_homepage_summary_items")
def no_page_counts(request: HttpRequest, items: list[Any]) -> None:
    items.clear()


@hooks.register("insert_global_admin_css")
def our_styles() -> SafeString:
    sheets = [(static("css/fonts.css"),), (static("css/authoring.css"),)]
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', sheets)


@hooks.register("insert_global_admin_js")
def our_scripts() -> SafeString:
    return format_html('<script src="{}" defer></script>', static("js/authoring.js"))


@hooks.register("before_delete_snippet")
def keep_what_learners_met(request: HttpRequest, things: list[Any]) -> HttpResponse | None:
    return views.keep_what_learners_met(request, things)
