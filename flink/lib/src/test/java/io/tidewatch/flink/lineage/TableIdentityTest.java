package io.tidewatch.flink.lineage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TableIdentityTest {
    /** The daemon's lineage/graph/identity.ts answers the same. */
    static Stream<Arguments> tables() throws IOException {
        List<Arguments> tables = new ArrayList<>();
        try (InputStream json = TableIdentityTest.class.getResourceAsStream("/dataset-ids.json")) {
            for (JsonNode table : new ObjectMapper().readTree(json)) {
                Map<String, String> options = new LinkedHashMap<>();
                table.get("options").fields().forEachRemaining(option -> options.put(option.getKey(), option.getValue().asText()));
                List<String> ids = new ArrayList<>();
                table.get("ids").forEach(id -> ids.add(id.asText()));
                String name = table.has("name") ? table.get("name").asText() : "t";
                tables.add(Arguments.of(table.get("what").asText(), options, name, ids));
            }
        }
        return tables.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tables")
    void identifies(String what, Map<String, String> options, String name, List<String> ids) {
        assertEquals(ids, TableIdentity.idsOf(options, name, "etl/job"));
    }

    @Test
    void leavesOutCredentialsEverywhere() {
        for (Map<String, String> options : List.of(
                Map.of("connector", "jdbc", "url", "jdbc:mysql://u:hunter2@h:3306/db"),
                Map.of("connector", "filesystem", "path", "s3://u:hunter2@bucket/x"),
                Map.of("connector", "mongodb", "uri", "mongodb://u:hunter2@h:27017"))) {
            assertFalse(TableIdentity.idsOf(options, "t", "j").toString().contains("hunter2"), options.toString());
        }
    }
}
