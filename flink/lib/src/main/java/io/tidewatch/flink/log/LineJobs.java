package io.tidewatch.flink.log;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which job a line is of, on Flink before 1.20: later ones put {@code flink-job-id} into the logging context (FLINK-34417). Learnt
 * from what JobManager and TaskManager say at INFO of jobs, their execution graphs, slots and tasks; a line then belongs to the job
 * whose task's thread wrote it, or that a line of Flink's own names, itself or one of these. What is not sure has no job: of two jobs
 * with tasks of one name in one process no thread is told. Memory is bounded: what was not heard of for longest is forgotten.
 */
final class LineJobs {
    static final int MAX_KNOWN = 20_000;

    private static final String FLINK = "org.apache.flink.";
    /** Names of SQL tasks before 1.15 hold the whole query; nothing longer is read to its end. */
    private static final int MAX_LOOKED_AT = 32_768;
    private static final int ID = 32;
    private static final String ID_PATTERN = "([0-9a-f]{32})(?![0-9a-f])";
    /** {@code Job x (id) switched from state …}, {@code … for job id}. A job's name may hold anything. */
    private static final Pattern JOB = Pattern.compile(
            "^(?:Submitting|Initializing|Starting execution of) job .*? \\(" + ID_PATTERN + "\\)"
                    + "|^Received JobGraph submission .*? \\(" + ID_PATTERN + "\\)"
                    + "|^Job .*? \\(" + ID_PATTERN + "\\) switched from state "
                    + "|\\b(?:[Jj]ob(?: id)?|submission) " + ID_PATTERN,
            Pattern.DOTALL);
    /** What belongs to the job that the same line names. */
    private static final Pattern PART = Pattern.compile("\\b(?:execution graph|slot request) " + ID_PATTERN + " for job ");
    private static final Pattern RECEIVED = Pattern.compile(
            "^Received task (.+) \\(" + ID_PATTERN + "[0-9a-f_]*\\), deploy into slot with allocation id " + ID_PATTERN);
    private static final Pattern FREED = Pattern.compile("^Freeing task resources for (.+) \\([0-9a-f_]+\\)\\.");
    /** What comes before the task's name in the names of its helpers. */
    private static final String[] HELPERS = {" for ", " - "};
    /** A thread of several jobs' tasks. */
    private static final String NOBODY = "";

    /** Job, execution graph, slot, attempt to job. */
    private final Map<String, String> ids = bounded();
    /** Name of a task's thread to job. */
    private final Map<String, String> threads = bounded();

    /** Whether this Flink leaves the job to us. */
    static boolean areNeeded() {
        try {
            Class.forName("org.apache.flink.util.MdcUtils", false, LineJobs.class.getClassLoader());
            return false;
        } catch (ClassNotFoundException e) {
            return true;
        }
    }

    /** The id of the job a line is of; null where that is not known. */
    String of(String logger, String thread, String message) {
        boolean isFlinks = logger != null && logger.startsWith(FLINK) && message != null;
        String text = isFlinks ? message.substring(0, Math.min(message.length(), MAX_LOOKED_AT)) : "";
        boolean namesId = hasId(text);
        if (namesId) {
            learn(text);
        }
        String job = thread == null ? null : ofThread(thread);
        if (job == null && namesId) {
            job = named(text);
        }
        if (namesId) {
            forget(text);
        }
        return job;
    }

    private void learn(String text) {
        Matcher job = JOB.matcher(text);
        if (job.find()) {
            String id = firstGroup(job);
            ids.put(id, id);
            Matcher part = PART.matcher(text);
            if (part.find()) {
                ids.put(part.group(1), id);
            }
            return;
        }
        Matcher received = RECEIVED.matcher(text);
        if (received.find()) {
            String owner = ids.get(received.group(3));
            if (owner != null) {
                ids.put(received.group(2), owner);
                threads.merge(received.group(1), owner, (known, now) -> known.equals(now) ? known : NOBODY);
            }
        }
    }

    private void forget(String text) {
        Matcher freed = FREED.matcher(text);
        if (freed.find()) {
            threads.computeIfPresent(freed.group(1), (name, job) -> job.equals(NOBODY) ? job : null);
        }
    }

    /** {@code x (1/2)#0}, {@code Source Data Fetcher for x (1/2)#0}, {@code Legacy Source Thread - x (1/2)#0}. */
    private String ofThread(String thread) {
        String job = threads.get(thread);
        for (int i = 0; i < HELPERS.length && job == null; i++) {
            int at = thread.indexOf(HELPERS[i]);
            job = at < 0 ? null : threads.get(thread.substring(at + HELPERS[i].length()));
        }
        return NOBODY.equals(job) ? null : job;
    }

    private String named(String text) {
        for (int at = idFrom(text, 0); at >= 0; at = idFrom(text, at + ID)) {
            String job = ids.get(text.substring(at, at + ID));
            if (job != null) {
                return job;
            }
        }
        return null;
    }

    private static String firstGroup(Matcher matched) {
        int group = 1;
        while (matched.group(group) == null) {
            group++;
        }
        return matched.group(group);
    }

    private static boolean hasId(String text) {
        return idFrom(text, 0) >= 0;
    }

    /** Where the next run of exactly 32 hexadecimal digits begins; -1 without one. */
    private static int idFrom(String text, int from) {
        int run = 0;
        for (int i = from; i <= text.length(); i++) {
            if (i < text.length() && isHex(text.charAt(i))) {
                run++;
            } else if (run == ID) {
                return i - ID;
            } else {
                run = 0;
            }
        }
        return -1;
    }

    private static boolean isHex(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
    }

    private static Map<String, String> bounded() {
        return Collections.synchronizedMap(new LinkedHashMap<String, String>(64, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                return size() > MAX_KNOWN;
            }
        });
    }
}
