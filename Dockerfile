# Three stages: the packages and front-end files, the web image (without torch), the worker image (with it).

FROM python:3.11-slim-bookworm AS packages
WORKDIR /adept
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/venv/bin:$PATH
RUN python -m venv /venv && pip install uv==0.13.9
COPY requirements.lock ./
RUN uv pip install --python /venv/bin/python --require-hashes -r requirements.lock
COPY lms/frontend lms/frontend
RUN python lms/frontend/install.py

FROM python:3.11-slim-bookworm AS web
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
RUN useradd --create-home --uid 10001 adept && mkdir /data && chown adept /data
COPY --from=packages /venv /venv
WORKDIR /adept
COPY . .
COPY --from=packages /adept/var/vendor var/vendor
RUN SECRET_KEY=only-while-building HTTPS=0 python manage.py collectstatic --noinput --verbosity 0
USER adept
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "lms.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--preload", "--max-requests", "20000", "--max-requests-jitter", "2000", "--access-logfile", "-"]

FROM web AS worker
USER root
ARG TORCH_BACKEND=cpu
RUN pip install --no-cache-dir uv==0.13.9 && uv pip install --no-cache --python /venv/bin/python --torch-backend=${TORCH_BACKEND} torch==2.13.0
USER adept
CMD ["celery", "-A", "lms", "worker", "-l", "INFO", "-Q", "celery,gpu", "-c", "1"]
