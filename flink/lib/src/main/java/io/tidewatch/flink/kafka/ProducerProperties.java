package io.tidewatch.flink.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * Producer properties as the Kafka client inside the shipped jar understands them. There it lives in another package, so class
 * names that people copy from Kafka's documentation (a JAAS login module, a callback handler, an interceptor) are rewritten.
 */
public final class ProducerProperties {
    /** Put together so that relocating the classes does not rewrite it. */
    private static final String DOCUMENTED = String.join(".", "org", "apache", "kafka") + ".";

    private static final String ACTUAL = packageOfClient();

    private ProducerProperties() {}

    /** The properties named {@code prefix…}, without the prefix. */
    public static Map<String, String> withPrefix(String prefix, Map<String, String> settings) {
        Map<String, String> properties = new HashMap<>();
        settings.forEach((name, value) -> {
            if (name.startsWith(prefix) && name.length() > prefix.length()) {
                properties.put(name.substring(prefix.length()), value);
            }
        });
        return adapted(properties);
    }

    /** The properties with every class name at the start of a value, or of an entry of a list, where the client finds it. */
    public static Map<String, String> adapted(Map<String, String> properties) {
        Map<String, String> adapted = new HashMap<>(properties);
        adapted.replaceAll((name, value) -> relocated(value, ACTUAL));
        return adapted;
    }

    static String relocated(String value, String actual) {
        StringBuilder text = new StringBuilder(value);
        for (int at = text.indexOf(DOCUMENTED); at >= 0; at = text.indexOf(DOCUMENTED, at + 1)) {
            if (at == 0 || text.charAt(at - 1) == ',' || Character.isWhitespace(text.charAt(at - 1))) {
                text.replace(at, at + DOCUMENTED.length(), actual);
            }
        }
        return text.toString();
    }

    private static String packageOfClient() {
        String name = KafkaProducer.class.getName();
        return name.substring(0, name.length() - "clients.producer.KafkaProducer".length());
    }
}
