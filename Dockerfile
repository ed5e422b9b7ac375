# The app for production (docs/operations.md). PostgreSQL, and whatever ends TLS, are not in it.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY scripts ./scripts
COPY src ./src
COPY bin ./bin
RUN npm run build
# The embedded database is optional and stays behind: this image is for a PostgreSQL of its own.
RUN npm prune --omit=dev --omit=optional --no-audit --no-fund

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Quittance" \
  org.opencontainers.image.description="A self-hosted payment service provider app" \
  org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY bin ./bin
COPY package.json LICENSE openapi.json asyncapi.json ./
RUN ln -s /app/bin/quittance.mjs /usr/local/bin/quittance
# Nothing is written here; what has to last lives in the database.
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["quittance"]
CMD ["serve"]
