# What runs inside the pods of an experiment; with `install DIR` it copies the runner and its Node into DIR, for pods
# whose main container is the user's own image. Build from the top of the repository:
#   docker build -f deploy/docker/runner.Dockerfile -t glados/runner:0.1.0 .
# PROGRAMS names further Debian packages that programs of experiments need, e.g.
#   --build-arg PROGRAMS="python3 python3-numpy default-jre-headless"
ARG NODE_IMAGE=node:20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY schema.graphql codegen.yml tsconfig.json tsconfig.build.json ./
COPY src src
# Of the package only what the runner imports: every pod with an image of its own copies it.
RUN npx graphql-codegen --config codegen.yml && npx tsc -p tsconfig.build.json \
 && install -d /runner/node_modules/csv-parse \
 && cp -r node_modules/csv-parse/package.json node_modules/csv-parse/LICENSE node_modules/csv-parse/lib /runner/node_modules/csv-parse \
 && install -d /runner/dist/src && cp -r dist/src/client dist/src/runner /runner/dist/src && find /runner -name '*.map' -delete

FROM ${NODE_IMAGE}
ARG PROGRAMS=python3
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="GLADOS runner" \
      org.opencontainers.image.description="Claims trials of one experiment, runs them, reports what came of them." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# tini reaps what programs leave behind. /work and /tmp are for emptyDirs: the root may be read-only.
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini ${PROGRAMS} \
 && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* /usr/local/bin/yarn* \
 && install -d -o 10001 -g 10001 /work
ENV NODE_ENV=production LANG=C.UTF-8
WORKDIR /app
COPY package.json ./
COPY --from=build /runner ./
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "node", "/app/dist/src/runner/main.js"]
