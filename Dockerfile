# skep with what it needs around it: git, and bubblewrap to fence agents in. It holds no coding agent: add yours in an
# image of your own that begins with this one.
#
#   docker build -t skep .
#   docker run --init -p 3000:3000 -v skep:/data --env-file skep.env skep

FROM rust:1.95-slim-bookworm AS build
# aws-lc and SQLite are C.
RUN apt-get update \
 && apt-get install -y --no-install-recommends cmake gcc g++ libc6-dev make perl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# There is no repository in here: `docker build --build-arg SKEP_COMMIT=$(git rev-parse HEAD) --build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) …`
# tells `skep --version` what it is built from.
ARG SKEP_COMMIT
ARG SOURCE_DATE_EPOCH
RUN cargo build --profile dist --locked --bin skep
# What it is made of (CycloneDX).
RUN SKEP_SBOM_UNCHECKED=1 bash .ci/sbom target/skep.cdx.json

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap ca-certificates git util-linux \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 skep \
 && useradd --create-home --home-dir /home/skep --uid 10001 --gid 10001 --shell /usr/sbin/nologin skep \
 && install -d -m 700 -o skep -g skep /data
COPY --from=build /src/target/dist/skep /usr/local/bin/skep
COPY --from=build /src/target/skep.cdx.json /usr/share/doc/skep/
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/skep/
# By number: Kubernetes cannot tell from a name that it is not root.
USER 10001:10001
WORKDIR /home/skep
# Inside a container, loopback reaches nobody; the admin address stays on it all the same.
# Debian patches its git without changing the version that skep looks at.
ENV SKEP_LISTEN=0.0.0.0:3000 SKEP_DATA_DIR=/data SKEP_OLD_GIT=allow
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s CMD ["skep", "status"]
ENTRYPOINT ["skep"]
CMD ["serve"]
