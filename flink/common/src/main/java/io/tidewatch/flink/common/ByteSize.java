package io.tidewatch.flink.common;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them in Flink's and Log4j's configuration: {@code 32 mb}, {@code 8MB}, {@code 512k}, {@code 1048576}. */
public final class ByteSize {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*(b|bytes|k|kb|kib|m|mb|mib|g|gb|gib)?");

    private ByteSize() {}

    /**
     * Bytes of a size; units are powers of 1024, in either case.
     *
     * @throws IllegalArgumentException for anything else, naming the text
     */
    public static long parse(String text) {
        Matcher size = SIZE.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            throw new IllegalArgumentException("not a size such as '32 mb': '" + text + "'");
        }
        return Long.parseLong(size.group(1)) << shift(size.group(2));
    }

    private static int shift(String unit) {
        switch (unit == null ? 'b' : unit.charAt(0)) {
            case 'k':
                return 10;
            case 'm':
                return 20;
            case 'g':
                return 30;
            default:
                return 0;
        }
    }
}
