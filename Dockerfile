# Sereno with everything the default run needs and nothing else: no compiler, no torch, no root.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /app
COPY requirements/build.txt requirements/default.txt requirements/
RUN python -m pip install --require-hashes --no-deps -r requirements/build.txt -r requirements/default.txt

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot/ bot/
COPY moderation/ moderation/
COPY playbooks/ playbooks/
COPY rules/ rules/
RUN python -m pip install --no-deps --no-build-isolation .

# The only place that is written to; the rest may be mounted read-only.
RUN install --directory --owner 10001 --group 10001 /data
ENV SERENO_DATA_DIR=/data HOME=/data
VOLUME /data

USER 10001:10001
WORKDIR /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["sereno", "doctor", "--health"]
CMD ["sereno", "run", "--host", "0.0.0.0", "--port", "8080"]
