# The API server, with its pages. Build from the top of the repository:
#   docker build -f deploy/docker/server.Dockerfile -t glados/server:0.1.0 .
# NODE_IMAGE may name a digest or a mirror; any Debian image with Node >= 20.19 will do.
ARG NODE_IMAGE=node:20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY schema.graphql codegen.yml tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN node scripts/build.mjs

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="GLADOS server" \
      org.opencontainers.image.description="Runs experiments as Kubernetes Jobs and streams them live through one GraphQL API." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Package managers have no business in a running server. /data is for an emptyDir or a volume: the root may be read-only.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* /usr/local/bin/yarn* \
 && install -d -o 10001 -g 10001 /data
ENV NODE_ENV=production
WORKDIR /app
COPY package.json schema.graphql ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
USER 10001:10001
EXPOSE 7800
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["--host", "0.0.0.0", "--port", "7800", "--data-dir", "/data"]
