# Exact versions; deploy/pin-images.sh pins them by digest.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
# One image for every role: docker run … live2vod run ROLE. Brokers, registry and ClickHouse are others' (docker-compose.yml).
FROM ${NODE_IMAGE} AS build
# For the native Kafka client where no prebuilt one can be downloaded.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates g++ make python3 libssl-dev libzstd-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts \
 && CKJS_LINKING=dynamic npm rebuild @confluentinc/kafka-javascript \
 && node -e "require('@confluentinc/kafka-javascript')"
COPY . .
RUN node node_modules/vite/bin/vite.js build --config web/vite.config.ts \
    --outDir /app/web/dist --emptyOutDir
# Only what runs: no tools, no second Node, no embedded ClickHouse, no sources of the native client. A client that was
# downloaded has all it needs in Release; only one that was built here has a folder deps.
RUN mv node_modules/@confluentinc/kafka-javascript/build /tmp/addon \
 && npm ci --ignore-scripts --omit=dev --omit=optional \
 && mkdir -p node_modules/@confluentinc/kafka-javascript/build/Release node_modules/@confluentinc/kafka-javascript/build/deps /tmp/addon/deps \
 && cp /tmp/addon/Release/*.node node_modules/@confluentinc/kafka-javascript/build/Release/ \
 && find /tmp/addon/Release -maxdepth 1 -name 'lib*.so*' -exec cp {} node_modules/@confluentinc/kafka-javascript/build/Release/ ';' \
 && find /tmp/addon/deps -maxdepth 1 -name 'lib*.so.*' -exec cp {} node_modules/@confluentinc/kafka-javascript/build/deps/ ';' \
 && rm -rf node_modules/@confluentinc/kafka-javascript/deps

FROM ${NODE_IMAGE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates libssl3 \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir --mode=0700 /data && chown node:node /data
WORKDIR /app
COPY --from=build /app /app
RUN node -e "require('@confluentinc/kafka-javascript')"
ENV NODE_ENV=production LIVE2VOD_HOME=/data INGRESS_BIND=0.0.0.0 CONSOLE_BIND=0.0.0.0 METRICS_BIND=0.0.0.0 UV_THREADPOOL_SIZE=16
USER node
VOLUME /data
ENTRYPOINT ["sh", "/app/local/start.sh", "node"]
CMD ["--help"]
