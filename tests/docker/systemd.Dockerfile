# The image with systemd as its first process, and the units where an administrator puts them: as close to a machine on
# which Cornetta is installed as a container gets. The context is docker/systemd.
FROM cornetta
USER root
RUN apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends systemd \
    && rm -rf /var/lib/apt/lists/*
COPY *.service /etc/systemd/system/
ENTRYPOINT ["/lib/systemd/systemd", "--log-target=console"]
CMD []
