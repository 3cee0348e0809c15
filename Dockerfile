# Built in one stage, run in another: the image that runs holds Python, the locked libraries and the wheel.

# A tag moves; pin what it means today with --build-arg PYTHON_IMAGE=python:3.11.14-slim-bookworm@sha256:…, the digest
# being what `docker buildx imagetools inspect python:3.11.14-slim-bookworm` prints.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build

# Only wheels: there is no compiler here, and a package that lacks one should say so at once.
COPY requirements/image.txt requirements/build.txt requirements/
RUN python -m venv /opt/hatchling \
    && /opt/hatchling/bin/pip install --require-hashes --only-binary=:all: -r requirements/build.txt
RUN python -m venv /opt/care-timeline \
    && /opt/care-timeline/bin/pip install --require-hashes --only-binary=:all: -r requirements/image.txt

COPY pyproject.toml ./
COPY alembic alembic
COPY analytics analytics
COPY domain domain
COPY projections projections
COPY rendering rendering
COPY samples samples
COPY service service
RUN /opt/hatchling/bin/hatchling build --target wheel \
    && /opt/care-timeline/bin/pip install --no-deps --no-index dist/*.whl


FROM ${PYTHON_IMAGE}

ENV PATH=/opt/care-timeline/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CARE_TIMELINE_DATA_DIR=/var/lib/care-timeline \
    CARE_TIMELINE_HOST=0.0.0.0 \
    CARE_TIMELINE_PORT=8420

RUN groupadd --gid 10001 care-timeline \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/care-timeline \
        --shell /usr/sbin/nologin care-timeline \
    && install --directory --owner=10001 --group=10001 --mode=700 /var/lib/care-timeline

COPY --from=build /opt/care-timeline /opt/care-timeline

# Used by the embedded PostgreSQL; with CARE_TIMELINE_DATABASE_URL set, nothing but checkpoints, where they are told to.
VOLUME /var/lib/care-timeline
USER 10001:10001
EXPOSE 8420

HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8420/healthz', timeout=4)"]

ENTRYPOINT ["care-timeline"]
CMD ["serve"]
