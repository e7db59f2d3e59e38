# Two stages: compile one executable, then run it as nobody in particular.
#
#   docker build -t denomaild .
#   docker run -p 25:2525 -p 587:2587 -p 465:2465 -p 143:2143 -p 993:2993 -p 110:2110 -p 995:2995 \
#     -v ./conf:/etc/denomaild:ro -v denomaild:/var/lib/denomaild denomaild

FROM debian:bookworm-slim AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates nodejs npm \
  && rm -rf /var/lib/apt/lists/* \
  && npm install --global deno@2.9.6
WORKDIR /build
COPY deno.json deno.lock main.ts ./
COPY types types
COPY src src
RUN deno task compile

FROM debian:bookworm-slim
RUN useradd --system --uid 2525 --home-dir /var/lib/denomaild --shell /usr/sbin/nologin denomaild \
  && mkdir -p /etc/denomaild /var/lib/denomaild \
  && chown denomaild:denomaild /var/lib/denomaild \
  && chmod 0700 /var/lib/denomaild
COPY --from=build /build/denomaild /usr/local/bin/denomaild
COPY conf/denomaild.conf /etc/denomaild/denomaild.conf
USER denomaild
VOLUME /var/lib/denomaild
# Ports as the configuration names them; high ones need no privilege (see README, "Containers").
EXPOSE 25 587 465 143 993 110 995
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/denomaild"]
CMD ["serve", "--config", "/etc/denomaild", "--data", "/var/lib/denomaild"]
