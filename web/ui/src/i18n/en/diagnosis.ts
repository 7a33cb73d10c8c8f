/** English words of the card that says why a job is late; the sentences in it come from the daemon. */
export const diagnosisWords = {
  diagnosis: {
    title: 'Why',
    calm: 'Nothing found that is wrong.',
    ended: 'The job has ended.',
    confidence: (percent: string) => `${percent} sure`,
    confidenceHow: 'How far the figures speak for this cause; figures that are missing or speak against it lower it.',
    against: 'Against it',
    missing: (what: string) => `Not known: ${what}`,
    inVain: 'Tried within the last hour without effect.',
    log: 'Log line',
    noticed: 'Noticed',
    unknown: 'What is not known',
    parallelism: 'Parallelism',
    proposed: (now: number, next: number) => `${now} → ${next}`,
    keep: (now: number) => `${now}, no change`,
    cannotSay: (now: number) => `${now}, cannot be said`,
    capacity: (can: string, needs: string) => `can take ${can}, needs ${needs}`,
    limited: {
      partitions: 'as many as partitions',
      'max-parallelism': 'as many as the maximum parallelism',
      least: 'not fewer in one step',
    } as Readonly<Record<string, string>>,
    reasons: {
      'no-records': 'it takes in nothing',
      'busy-time-unknown': 'its busy time is not known',
      'backlog-unknown': 'its backlog is not known',
      'upstream-unknown': 'what comes before it is not known',
      cycle: 'its tasks form a cycle',
    } as Readonly<Record<string, string>>,
    assumed: 'Flink’s metrics do not tell the order of the operators; it is assumed.',
  },
};
