package io.tidewatch.flink.redact;

/** Which of the two kinds of masking are switched on. */
public final class Redaction {
    /** Masks everything there is to mask. */
    public static final Redaction ALL = new Redaction(true, true);

    private final boolean secrets;
    private final boolean records;

    public Redaction(boolean secrets, boolean records) {
        this.secrets = secrets;
        this.records = records;
    }

    /** The text to be shown; the very same string when nothing is masked. Record contents go first: they may look like settings. */
    public String text(String text) {
        String shown = records ? RecordContents.mask(text) : text;
        return secrets ? Secrets.mask(shown) : shown;
    }

    /** The value of a named setting to be shown. */
    public String setting(String name, String value) {
        return secrets ? Secrets.maskSetting(name, value) : value;
    }
}
