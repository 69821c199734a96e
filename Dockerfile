# One image for every process; compose.yaml says which command each container runs.
FROM python:3.11-slim-bookworm AS build
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement /tmp/requirements.txt

# The cockpit's libraries, as the lock file pins them. Node comes as a wheel and stays in this stage.
FROM python:3.11-slim-bookworm AS assets
WORKDIR /srv/gridloop
COPY deploy/requirements.txt deploy/__init__.py deploy/assets.py deploy/
COPY package.json package-lock.json ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement deploy/requirements.txt \
    && npm ci --ignore-scripts --omit=dev --no-audit --no-fund \
    && python -m deploy.assets

FROM python:3.11-slim-bookworm
# The font of printed papers.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-wqy-zenhei \
    && rm -rf /var/lib/apt/lists/*
# The account has no home and owns nothing of the code: what the processes write goes into var/ only, a volume.
RUN useradd --system --uid 10001 --no-create-home gridloop
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/gridloop
COPY . .
COPY --from=assets /srv/gridloop/api/cockpit/routes/static/vendor api/cockpit/routes/static/vendor
RUN python -m compileall -q api workers config.py wsgi.py \
    && install --directory --owner gridloop --group gridloop --mode 0700 var
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER gridloop
VOLUME /srv/gridloop/var
EXPOSE 8080
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8080", "--no-ws", "wsgi:app"]
