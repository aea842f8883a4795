# The tag is a major version on a Debian release, which gets security updates: build with --pull.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json .swcrc ./
COPY src src
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# `optional` too: otherwise npm installs the development dependencies that are also optional peers of
# production dependencies, such as TypeScript.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

# The demo tenant of compose.yaml, with development dependencies: `docker build --target tenant`.
FROM build AS tenant
COPY demo demo
COPY deploy/compose deploy/compose
RUN install -d -m 700 -o 1000 -g 1000 /data
ENV DEMO_DATA_DIR=/data
USER 1000:1000
CMD ["node", "deploy/compose/tenant.mjs"]

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="nestjs-auth0-api" \
      org.opencontainers.image.description="An API protected by OAuth 2.0 access tokens" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
# The only directory that the API writes to, and only without DATABASE_URL.
RUN install -d -m 700 -o 1000 -g 1000 /data
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY public public
ENV NODE_ENV=production PORT=3001 DATA_DIR=/data
# A number, so that Kubernetes can check that it is not root.
USER 1000:1000
EXPOSE 3001
VOLUME /data
# It asks 127.0.0.1: HOST, where it is set, must include that address.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# `npm run start:prod` without npm, so that Node is process 1 and gets SIGTERM.
CMD ["node", "--max-old-space-size=256", "--max-semi-space-size=4", "--no-allocation-site-pretenuring", "dist/main.js"]
