package io.tidewatch.flink.redact;

/** Kinds of setting names whose values are secrets; told by how a name ends, so {@code ssl.keystore.password} counts. */
enum SecretName {
    NONE,
    VALUE,
    /** The value is a header: a scheme, then the secret. */
    AUTHORIZATION,
    /** The value is a JAAS login module with its options. */
    JAAS;

    private static final String[] KEY_OWNERS = {"access", "secret", "api", "private", "account", "sas"};

    /** The kind of the name whose last character is before {@code end}. Allocates nothing. */
    static SecretName endingAt(String text, int end) {
        if (end < 3) {
            return NONE;
        }
        switch (Character.toLowerCase(text.charAt(end - 1))) {
            case 'd':
                return valueIf(ends(text, end, "password") || ends(text, end, "passwd") || ends(text, end, "pwd")
                        || isKeyPart(text, end, "id"));
            case 'e':
                return valueIf(ends(text, end, "passphrase"));
            case 't':
                return valueIf(ends(text, end, "secret"));
            case 'n':
                return ends(text, end, "authorization") ? AUTHORIZATION : valueIf(ends(text, end, "token"));
            case 'l':
                return valueIf(ends(text, end, "credential"));
            case 's':
                return ends(text, end, "jaas") ? JAAS : valueIf(ends(text, end, "credentials"));
            case 'g':
                return ends(text, end, "jaas.config") ? JAAS : NONE;
            case 'y':
                return valueIf(isOwnedKey(text, end) || isSystemPropertyKey(text, end));
            default:
                return NONE;
        }
    }

    private static SecretName valueIf(boolean isSecret) {
        return isSecret ? VALUE : NONE;
    }

    private static boolean ends(String text, int end, String word) {
        return end >= word.length() && text.regionMatches(true, end - word.length(), word, 0, word.length());
    }

    /** {@code access-key-id} and the like. */
    private static boolean isKeyPart(String text, int end, String part) {
        return ends(text, end, part) && isOwnedKey(text, beforeJoint(text, end - part.length()));
    }

    /** {@code secret.key}, {@code apiKey}, {@code access_key}. */
    private static boolean isOwnedKey(String text, int end) {
        if (!ends(text, end, "key")) {
            return false;
        }
        int owner = beforeJoint(text, end - "key".length());
        for (String word : KEY_OWNERS) {
            if (ends(text, owner, word)) {
                return true;
            }
        }
        return false;
    }

    /** {@code -Dany.name.key}: system properties that end so hold keys, other {@code …key=} texts mostly do not. */
    private static boolean isSystemPropertyKey(String text, int end) {
        if (!ends(text, end, "key")) {
            return false;
        }
        int start = end;
        while (start > 0 && (Character.isLetterOrDigit(text.charAt(start - 1)) || "._-".indexOf(text.charAt(start - 1)) >= 0)) {
            start--;
        }
        return text.startsWith("-D", start);
    }

    private static int beforeJoint(String text, int end) {
        return end > 0 && "-_. ".indexOf(text.charAt(end - 1)) >= 0 ? end - 1 : end;
    }
}
