import type { ImageDefinition } from './image.js';
import type { ImageReference } from './reference.js';

/** Images that are not in the catalogue: those that look real exist, and their program serves the ports that the container declares. */

/** Registries that anybody can push to. */
const REGISTRIES = new Set(
  'docker.io registry.k8s.io ghcr.io quay.io gcr.io public.ecr.aws mcr.microsoft.com registry.gitlab.com docker.elastic.co registry.redhat.io registry.access.redhat.com cgr.dev nvcr.io registry.suse.com lscr.io docker.n8n.io'.split(
    ' ',
  ),
);
/** Registries of the cloud providers, by their end. */
const PRIVATE_REGISTRY = /(^|\.)(pkg\.dev|amazonaws\.com|azurecr\.io|gcr\.io|icr\.io|ocir\.io)$/;

/** Words that people use for an image that does not exist. */
const ABSENT =
  /(^|[^a-z])(nope|none|non-?exist(s|ent|ing)?|not-?exist(s|ing)?|does-?not-?exist|doesnotexist|no-?such|missing|absent|invalid|authenticated|wrong|broken|bogus|fake|typo|unknown|notfound|not-found|bad|example|foo|bar|baz|xyz|asdf)([^a-z]|$)/;

/** Official images of Docker Hub that the catalogue does not have. */
const OFFICIAL = new Set(
  'adminer aerospike almalinux amazoncorretto api-firewall arangodb archlinux backdrop bonita buildpack-deps caddy cassandra chronograf cirros clearlinux clefos clickhouse clojure composer consul convertigo couchbase couchdb crate dart docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx erlang express-gateway flink fluentd friendica gazebo gcc geonetwork ghost gradle groovy haproxy haskell haxe hitch hylang ibmjava influxdb irssi jetty joomla jruby julia kapacitor kibana kong lightstreamer liquibase logstash mageia mariadb matomo maven mediawiki memcached mongo-express monica nats nats-streaming neo4j neurodebian nextcloud odoo open-liberty opensuse oraclelinux orientdb percona photon phpmyadmin plone postfixadmin pypy r-base rabbitmq rakudo-star redmine registry rethinkdb rocket.chat ros rust sapmachine satosa silverpeas solr sonarqube spark spiped storm swift swipl teamspeak telegraf tomcat tomee traefik unit varnish vault websphere-liberty wordpress xwiki yourls znc zookeeper'.split(
    ' ',
  ),
);

/** `latest`, `v1.2`, `1.2.3-alpine`, `main`, `sha-0123abc`, `20240101`. */
const TAG =
  /^(latest|stable|edge|main|master|develop|dev|nightly|beta|alpine|slim|v?\d{1,8}(\.\d{1,6}){0,3}([._+-][A-Za-z0-9][\w.-]*)?|sha-?[0-9a-f]{6,40}|[0-9a-f]{7,40}|release-[\w.-]+|[a-z]+-v?\d[\w.-]*)$/;
/** Versions that are made up: 999, 1.999. */
const MADE_UP = /(^|[^0-9])9{3,}([^0-9]|$)/;

/** Whether the repository of an image that is not in the catalogue looks like one that exists. */
export function looksReal({ repository }: Pick<ImageReference, 'repository'>): boolean {
  const [host = '', ...path] = repository.split('/');
  if (!REGISTRIES.has(host) && !PRIVATE_REGISTRY.test(host)) return false;
  const name = path.join('/');
  if (ABSENT.test(name) || path.some((part) => part.length < 2)) return false;
  return host === 'docker.io' && path[0] === 'library' ? OFFICIAL.has(path[1] ?? '') : path.length > 1;
}

/** Images to build others on, without a shell or a program of their own. */
const BARE = /\/distroless\/(static|base|cc)(-debian\d+)?$/;

/** An image whose programs are not known; undefined if it does not look like one that exists. */
export function unknownImage(reference: ImageReference): ImageDefinition | undefined {
  if (!looksReal(reference)) return undefined;
  const tags = (tag: string): boolean => TAG.test(tag) && !MADE_UP.test(tag) && !ABSENT.test(tag);
  const { repository } = reference;
  if (BARE.test(repository)) return { repositories: [repository], tags, size: 2_097_152 };
  return { repositories: [repository], tags, size: 83_886_080, shell: true, anyProgram: true };
}
