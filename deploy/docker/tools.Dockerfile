# What is run beside the server, by hand or by a Job: migrations, backup, restore; and the sealing of secrets:
#   docker build -f deploy/docker/tools.Dockerfile -t glados/tools:0.1.0 .
#   docker run --rm -i --entrypoint node glados/tools:0.1.0 scripts/secrets.mjs --help
# NODE_IMAGE may name a digest or a mirror; any Debian image with Node >= 20.19 will do.
ARG NODE_IMAGE=node:20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY schema.graphql codegen.yml tsconfig.json tsconfig.build.json ./
COPY src src
RUN npx graphql-codegen --config codegen.yml && npx tsc -p tsconfig.build.json \
 && find dist \( -name '*.map' -o -path '*/src/local' -o -path '*/src/cli' -o -path '*/src/runner' \) -prune -exec rm -r {} +

# Of the locked packages those that the tools import, and what these import.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund \
 && npm pkg set --json dependencies="$(node -p "const { graphql, mongodb, yaml } = require('./package.json').dependencies; JSON.stringify({ graphql, mongodb, yaml })")" \
 && npm prune --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="GLADOS tools" \
      org.opencontainers.image.description="Migrations, backup and restore of a GLADOS database, and the sealing of its secrets." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Package managers have no business in a Job. /backup is for a volume: the root may be read-only.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* /usr/local/bin/yarn* \
 && install -d -o 10001 -g 10001 /backup
ENV NODE_ENV=production
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY scripts/secrets.mjs scripts/secrets.mjs
COPY scripts/secrets scripts/secrets
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/src/tools.js"]
