package io.tidewatch.flink.jobs;

import java.io.IOException;

/** Where job records go. */
interface JobsTarget extends AutoCloseable {
    /** Returns when the record is taken for good; throws when it is not, saying by whom and why. */
    void send(JobRecord record) throws IOException;

    @Override
    void close();
}
