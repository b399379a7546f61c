# What runs inside the pods of an experiment. Build from the top of the repository:
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
RUN npx graphql-codegen --config codegen.yml && npx tsc -p tsconfig.build.json

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
COPY --from=build /app/node_modules/csv-parse node_modules/csv-parse
COPY --from=build /app/dist/src/client dist/src/client
COPY --from=build /app/dist/src/runner dist/src/runner
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "node", "/app/dist/src/runner/main.js"]
