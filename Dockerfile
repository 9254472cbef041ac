# `codeopt bot` as a service: docker build --tag codeopt-bot .
#
# BASE may be any Debian-like image with Python 3.11 or newer and its venv module. No engine and no compiler is in the result: sandboxes
# run on the Docker host that DOCKER_HOST names.
ARG BASE=python:3.11-slim

FROM ${BASE} AS built
USER root
COPY . /src
RUN python3 -m venv /opt/codeopt \
 && /opt/codeopt/bin/python -m pip install --no-cache-dir --disable-pip-version-check --constraint /src/constraints.txt '/src[bot]'

FROM ${BASE}
USER root
RUN command -v git >/dev/null \
 || { apt-get update && apt-get install --yes --no-install-recommends ca-certificates git && rm -rf /var/lib/apt/lists/*; }
RUN groupadd --gid 10003 codeopt-bot \
 && useradd --uid 10003 --gid 10003 --home-dir /var/lib/codeopt --no-create-home --shell /usr/sbin/nologin codeopt-bot \
 && install -d -o codeopt-bot -g codeopt-bot -m 0700 /var/lib/codeopt
COPY --from=built /opt/codeopt /opt/codeopt
ENV PATH=/opt/codeopt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/var/lib/codeopt
USER codeopt-bot
WORKDIR /var/lib/codeopt
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 \
 CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=8)"]
ENTRYPOINT ["codeopt"]
CMD ["bot", "--host", "0.0.0.0", "--port", "8080"]
