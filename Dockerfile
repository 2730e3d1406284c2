# Production image: API and worker, without the sandbox, the tests and the embedded database.
# The tag moves; pin it by digest where your registry policy asks for it.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# Without scripts: `prepare` is the build, and the sources come below so that they do not spoil this layer.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts ./scripts
COPY schemas ./schemas
COPY adapters ./adapters
COPY src ./src
# The build copies the data of these two as well; here they have none.
RUN mkdir demo test && npm run build
# Production MUST NOT reach the stand-in for the national systems, nor carry its invented people.
RUN rm -rf dist/src/sandbox dist/adapters/*/fixtures

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional packages are the embedded PostgreSQL (60 MB) and a speed-up of msgpackr: a container has DATABASE_URL.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM ${NODE_IMAGE}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY --from=build /build/dist/schemas ./dist/schemas
COPY --from=build /build/dist/adapters ./dist/adapters
COPY --from=build /build/dist/src ./dist/src
# A volume that is mounted here takes over owner and mode.
RUN install -d -o node -g node -m 0700 /var/lib/lienthong/files
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The process handles its signals and starts no children, so that it may be PID 1.
CMD ["node", "--enable-source-maps", "dist/src/process/server.js"]
