# Ends in an image that holds one static binary, certificates, time zones and a tool for health checks; no shell, no sandbox, no
# development server.

FROM node:22.21-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY openapi.yaml /src/
COPY web ./
RUN npm run build

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/dist web/dist
ARG VERSION=unversioned
RUN go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o /out/rapport ./cmd/rapport
RUN echo 'rapport:x:65532:65532::/:/sbin/nologin' > /out/passwd

FROM busybox:1.37.0-musl AS busybox

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /usr/local/go/lib/time/zoneinfo.zip
COPY --from=build /out/passwd /etc/passwd
COPY --from=busybox /bin/busybox /bin/wget
COPY --from=build /out/rapport /bin/rapport
ENV ZONEINFO=/usr/local/go/lib/time/zoneinfo.zip
USER 65532:65532
EXPOSE 8080 8090
ENTRYPOINT ["/bin/rapport"]
CMD ["serve"]
