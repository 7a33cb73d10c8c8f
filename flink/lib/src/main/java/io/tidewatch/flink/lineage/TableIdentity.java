package io.tidewatch.flink.lineage;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Physical identity of a table from its connector options, as {@code namespace/name}. The daemon derives the same ids from a job's SQL
 * (lineage/graph/identity.ts); both are held to the table in {@code src/test/resources/dataset-ids.json}.
 */
final class TableIdentity {
    private static final Map<String, Identify> CONNECTORS = Map.ofEntries(
            Map.entry("kafka", TableIdentity::kafka),
            Map.entry("upsert-kafka", TableIdentity::kafka),
            Map.entry("jdbc", TableIdentity::jdbc),
            Map.entry("mysql", hostTable("mysql", "3306")),
            Map.entry("mysql-cdc", hostTable("mysql", "3306")),
            Map.entry("postgres", hostTable("postgres", "5432")),
            Map.entry("postgres-cdc", hostTable("postgres", "5432")),
            Map.entry("oracle-cdc", hostTable("oracle", "1521")),
            Map.entry("sqlserver-cdc", hostTable("sqlserver", "1433")),
            Map.entry("mongodb", url("mongodb", List.of("uri", "hosts"), "collection")),
            Map.entry("mongodb-cdc", url("mongodb", List.of("hosts", "uri"), "collection")),
            Map.entry("hbase", url("hbase", List.of("zookeeper.quorum"), "table-name")),
            Map.entry("hive", url("hive", List.of("hive.metastore.uris", "uri"), "table-name")),
            Map.entry("elasticsearch", url("elasticsearch", List.of("hosts"), "index")),
            Map.entry("redis", url("redis", List.of("host", "hostname", "nodes"), "key", "table-name")),
            Map.entry(
                    "druid",
                    url("druid", List.of("cluster", "coordinator", "url"), "datasource", "data-source", "table-name")),
            Map.entry("clickhouse", url("clickhouse", List.of("url"), "table-name")),
            Map.entry("doris", url("doris", List.of("fenodes"), "table.identifier")),
            Map.entry("starrocks", url("starrocks", List.of("load-url", "jdbc-url"), "table-name")),
            Map.entry("filesystem", TableIdentity::path),
            Map.entry("hdfs", TableIdentity::path),
            Map.entry("paimon", TableIdentity::path),
            Map.entry("hudi", TableIdentity::path),
            Map.entry("iceberg", TableIdentity::path));

    /** Tables that hold nothing anybody else could read. */
    private static final Set<String> LOCAL = Set.of(
            "print", "blackhole", "datagen", "faker", "values", "socket", "single-value", "console", "nexmark", "test");

    private static final Map<String, String> DEFAULT_PORTS =
            Map.of("mysql", "3306", "mariadb", "3306", "postgres", "5432");

    private TableIdentity() {}

    /**
     * The datasets behind a table: a Kafka source may name several topics.
     *
     * @param name the table's name as people write it, dotted
     * @param job print, datagen and the like exist once per job
     */
    static List<String> idsOf(Map<String, String> options, String name, String job) {
        Table table = new Table(options, name);
        String connector = connectorOf(table);
        if (connector.isEmpty()) {
            return List.of();
        }
        if (LOCAL.contains(connector)) {
            return List.of(id("local://" + job.replace('/', '_'), name));
        }
        List<String> found = CONNECTORS.getOrDefault(connector, other -> List.of()).idsOf(table);
        return found.isEmpty() ? List.of(id(connector + "://unknown", name)) : found;
    }

    /** {@code kafka://host:port} of a {@code bootstrap.servers} list: its first entry in sorted order, whatever the order written. */
    static String kafkaNamespace(String servers) {
        return Arrays.stream(servers.split("[,;\\s]+"))
                .map(server -> server.substring(server.indexOf("://") < 0 ? 0 : server.indexOf("://") + 3))
                .filter(server -> !server.isEmpty())
                .min(String::compareTo)
                .map(server -> "kafka://" + server)
                .orElse("kafka://unknown");
    }

    /** {@code namespace/name}; a path's own slash is not doubled. */
    static String id(String namespace, String name) {
        return namespace + "/" + (name.startsWith("/") ? name.substring(1) : name);
    }

    /** Without its version: {@code hbase-2.2}, {@code elasticsearch-7}; empty without a connector. */
    private static String connectorOf(Table table) {
        String name = table.first("connector", "connector.type").orElse("").trim().toLowerCase(Locale.ROOT);
        int dash = name.lastIndexOf('-');
        boolean isVersioned = dash >= 0 && dash + 1 < name.length() && isDigit(name.charAt(dash + 1));
        return isVersioned ? name.substring(0, dash) : name;
    }

    private static List<String> kafka(Table table) {
        String servers = table.first("properties.bootstrap.servers", "connector.properties.bootstrap.servers").orElse("");
        String topics = table.first("topic", "connector.topic", "topic-pattern").orElse(table.name);
        return Arrays.stream(topics.split(";"))
                .map(String::trim)
                .filter(topic -> !topic.isEmpty())
                .map(topic -> id(kafkaNamespace(servers), topic))
                .collect(Collectors.toList());
    }

    /** {@code jdbc:mysql://host:3306/db?x=y} and {@code table-name} become {@code mysql://host:3306/db.table}. */
    private static List<String> jdbc(Table table) {
        String address = table.first("url", "connector.url").orElse("");
        String name = table.first("table-name", "connector.table").orElse(lastPart(table.name));
        String url = address.startsWith("jdbc:") ? address.substring("jdbc:".length()) : address;
        int split = url.indexOf("://");
        if (split < 0) {
            return List.of();
        }
        String kind = url.substring(0, split).equals("postgresql") ? "postgres" : url.substring(0, split);
        String[] place = url.substring(split + 3).split("\\?", 2)[0].split("/");
        String database = place.length > 1 ? place[1] : "";
        String namespace = kind + "://" + withPort(withoutUser(place[0]), kind);
        return List.of(id(namespace, database.isEmpty() ? name : database + "." + name));
    }

    private static String withPort(String host, String kind) {
        String port = DEFAULT_PORTS.get(kind);
        return host.contains(":") || port == null ? host : host + ":" + port;
    }

    /** Change logs and plain database connectors: host, port, database and table in options of their own, or a JDBC URL. */
    private static Identify hostTable(String scheme, String port) {
        return table -> {
            if (table.options.containsKey("url")) {
                return jdbc(table);
            }
            String host = table.first("hostname", "host").orElse(null);
            if (host == null) {
                return List.of();
            }
            String name = Stream.of(
                            table.first("database-name", "database").orElse(null),
                            table.options.get("schema-name"),
                            table.first("table-name", "table").orElse(lastPart(table.name)))
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining("."));
            return List.of(id(scheme + "://" + host + ":" + table.options.getOrDefault("port", port), name));
        };
    }

    /** A list of hosts in one option (the first of {@code hosts} that is set) and a name in another. */
    private static Identify url(String scheme, List<String> hosts, String... names) {
        return table -> {
            String authority = authority(table.first(hosts.toArray(new String[0])).orElse(""));
            String name = table.first(names).orElse(table.name);
            return List.of(id(scheme + "://" + (authority.isEmpty() ? scheme : authority), name));
        };
    }

    /** {@code http://b:9200;http://a:9200/x} becomes {@code a:9200,b:9200}; credentials are never part of an identity. */
    private static String authority(String hosts) {
        return Arrays.stream(hosts.split("[;,]"))
                .map(entry -> {
                    int scheme = entry.indexOf("://");
                    String rest = scheme < 0 ? entry : entry.substring(scheme + 3);
                    return withoutUser(rest.split("/", 2)[0]).trim();
                })
                .filter(host -> !host.isEmpty())
                .sorted()
                .collect(Collectors.joining(","));
    }

    /** {@code hdfs://nn:8020/a/b} stays as it is; a path without a host is the local file system's. */
    private static List<String> path(Table table) {
        String text = table.first("path", "warehouse").orElse(null);
        if (text == null) {
            return List.of();
        }
        String inner = table.options.containsKey("path") ? "" : "/" + table.name;
        int scheme = text.indexOf("://");
        if (scheme < 0) {
            return List.of(id("file://local", trimSlashes(text) + inner));
        }
        int slash = text.indexOf('/', scheme + 3);
        if (slash < 0) {
            return List.of(id(text, table.name));
        }
        String host = withoutUser(text.substring(scheme + 3, slash));
        String namespace = text.substring(0, scheme) + "://" + (host.isEmpty() ? "local" : host);
        return List.of(id(namespace, trimSlashes(text.substring(slash)) + inner));
    }

    private static String withoutUser(String authority) {
        return authority.substring(authority.lastIndexOf('@') + 1);
    }

    private static String trimSlashes(String text) {
        return text.replaceAll("^/+|/+$", "");
    }

    private static String lastPart(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    @FunctionalInterface
    private interface Identify {
        /** Empty when the options do not say enough. */
        List<String> idsOf(Table table);
    }

    private static final class Table {
        private final Map<String, String> options;
        private final String name;

        Table(Map<String, String> options, String name) {
            this.options = options;
            this.name = name;
        }

        /** The first of these options that is set. */
        Optional<String> first(String... keys) {
            return Arrays.stream(keys).map(options::get).filter(Objects::nonNull).findFirst();
        }
    }
}
