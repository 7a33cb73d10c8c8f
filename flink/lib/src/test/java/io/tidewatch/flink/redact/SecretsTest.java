package io.tidewatch.flink.redact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
    static Stream<Arguments> secrets() {
        return Stream.of(
                arguments("a JVM option", "    -Djavax.net.ssl.keyStorePassword=hunter2", "    -Djavax.net.ssl.keyStorePassword=<redacted>"),
                arguments("a system property that ends in key", "-Dvault.unseal-key=abc -Dx=1", "-Dvault.unseal-key=<redacted> -Dx=1"),
                arguments("a program argument", "    --password=hunter2", "    --password=<redacted>"),
                arguments("upper case", "DB_PASSWORD=hunter2", "DB_PASSWORD=<redacted>"),
                arguments("a YAML line", "s3.secret-key: abc/def+1", "s3.secret-key: <redacted>"),
                arguments("an access key id", "s3.access-key-id=AK1, region=eu", "s3.access-key-id=<redacted>, region=eu"),
                arguments("a token", "api.token = t0k3n;", "api.token = <redacted>;"),
                arguments("a client secret in JSON", "{\"clientSecret\":\"a b\",\"x\":1}", "{\"clientSecret\":\"<redacted>\",\"x\":1}"),
                arguments("escaped JSON", "{\\\"password\\\":\\\"p,w\\\"}", "{\\\"password\\\":\\\"<redacted>\\\"}"),
                arguments("a table option", "'password' = 'it is', 'x' = 'y'", "'password' = '<redacted>', 'x' = 'y'"),
                arguments("a fat arrow", "passphrase => abc", "passphrase => <redacted>"),
                arguments("a quote that is never closed", "password='abc def", "password='<redacted>"),
                arguments(
                        "a JAAS login module with its options",
                        "sasl.jaas.config=org.x.PlainLoginModule required username=\"u\" password=\"p;q\"; group.id=g",
                        "sasl.jaas.config=<redacted> group.id=g"),
                arguments(
                        "a quoted JAAS configuration",
                        "'properties.sasl.jaas.config'='X required password=\"p\";', 'topic'='t'",
                        "'properties.sasl.jaas.config'='<redacted>', 'topic'='t'"),
                arguments("a password in a URL", "jdbc:mysql://root:hunter2@h:3306/db", "jdbc:mysql://root:<redacted>@h:3306/db"),
                arguments("a bearer token", "Authorization: Bearer abc.def was refused", "Authorization: Bearer <redacted> was refused"),
                arguments("a quoted header", "'Authorization'='Basic abc=='", "'Authorization'='Basic <redacted>'"),
                arguments("two secrets in a line", "pwd=a token=b c=d", "pwd=<redacted> token=<redacted> c=d"),
                arguments("at the very end", "x credential:abc", "x credential:<redacted>"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("secrets")
    void masksTheValueAndNothingElse(String what, String text, String expected) {
        assertEquals(expected, Secrets.mask(text));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("secrets")
    void isNotMaskedTwice(String what, String text, String expected) {
        assertSame(expected, Secrets.mask(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "=",
        "://",
        "password",
        "password=",
        "password= null",
        "ssl.key.password = [hidden]",
        "security.ssl.keystore.password: ******",
        "hasToken=true",
        "monkey=banana",
        "primary key: id",
        "Could not load key from http://h:80/x@y",
        "Registering TaskManager with ResourceID 127.0.0.1:28200-0f7ff1 (pekko.tcp://flink@127.0.0.1:28200/user/rpc/taskmanager_0)",
        "Source: KafkaSource[1] -> Calc[2] (1/2)#0 switched from RUNNING to FAILED: x=y",
    })
    void leavesALineWithoutSecretsAlone(String text) {
        assertSame(text, Secrets.mask(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"password", "properties.sasl.jaas.config", "aws.secretKey", "Authorization"})
    void masksTheWholeValueOfASecretSetting(String name) {
        assertEquals(Secrets.MASK, Secrets.maskSetting(name, "anything, at all"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"topic", "key.format", "flink-job-id"})
    void showsTheValueOfOtherSettings(String name) {
        assertEquals("v", Secrets.maskSetting(name, "v"));
    }
}
