"""Who sends a request, told by its token."""

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed

from courses.models import User
from courses.statements import Query, Slot

WITH_USER = Query(
    lambda: Token.objects.select_related("user").filter(key=Slot("key", Token._meta.get_field("key"))).order_by()
)


class TokenAuthentication(authentication.TokenAuthentication):
    """`Authorization: Token ...`, as the framework reads it; the statement is compiled once."""

    def authenticate_credentials(self, key: str) -> tuple[User, Token]:
        token = WITH_USER.first(key=key)
        if token is None or not token.user.is_active:
            raise AuthenticationFailed(_("Invalid token."))
        return token.user, token
