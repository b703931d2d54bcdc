# The main example: web and worker processes from one image. docker-compose.yml says how they are started.
FROM node:24-bookworm-slim AS build
WORKDIR /app
RUN npm install --global pnpm@12.21.0
COPY . .
RUN pnpm install --frozen-lockfile --filter "@genbff/example-makeit3d..." \
  && node --conditions=@genbff/source examples/makeit3d/src/build-studio.ts \
  # What only tests and builds need stays here. Hoisted: the sources of core find the drivers that the example has chosen.
  && rm -rf node_modules examples/*/node_modules packages/*/node_modules \
  && pnpm install --frozen-lockfile --offline --prod --config.node-linker=hoisted \
    --filter "@genbff/example-makeit3d..."

FROM node:24-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data PORT=8787
WORKDIR /app
COPY --from=build /app/package.json /app/pnpm-workspace.yaml ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/packages ./packages
COPY --from=build /app/examples/makeit3d ./examples/makeit3d
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--conditions=@genbff/source", "examples/makeit3d/src/main.ts"]
