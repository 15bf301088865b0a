"""The web application: `gunicorn lms.wsgi`."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # now, or the first request of every process waits until all of it is loaded
gc.collect()
gc.freeze()  # what was loaded stays, so no later collection walks over it and delays an answer
