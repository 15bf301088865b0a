"""The web application: `gunicorn lms.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

application = get_wsgi_application()
gc.collect()
gc.freeze()  # what was loaded stays, so no later collection walks over it and delays an answer
