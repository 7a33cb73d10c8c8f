/** The rules an answer may rest on besides plain composition; an answer names those that were used. */
export const FRESHNESS_RULES = {
  window: 'the hop gives out whole windows: complete up to the last closed one',
  watermark: "the hop's watermark has not closed every window that lies before what was read",
  'late-dropped': 'records came after their window was closed and were dropped: complete means without them',
  'commit-wait': 'what the hop writes is visible only after a checkpoint',
  'open-transaction':
    'the topic holds records of an open transaction: they are part of the age, but no lag of who reads committed records only',
  'written-anew': "a restart undid what was not committed; the time until it was written anew is its writer's",
  lookup: 'dimension tables are not part of the age',
  'optional-input': 'an input declared optional does not hold the output back',
  rewind: 'a position fell back; what had been delivered stays delivered',
  'silent-partition': 'a partition without new records holds nothing back',
  'never-read': 'a partition the consumer has not read counts from its oldest record',
  'data-lost': 'records were deleted before the consumer read them',
  'control-records': 'a gap of transaction markers at the end of a topic counts as level',
  'dead-reporter': 'the hop has not reported for 2.5 intervals',
  extrapolated: 'the instant lies after the last sample',
  'before-table': 'the instant or position lies before the first sample kept',
  'queue-lag': 'the hop tells the age of its oldest queued item',
  'queue-estimated': 'that age was computed from queue length and rate',
  'commits-only': 'the consumer is placed by its commits, which trail what it has read by up to a checkpoint',
  'clock-skew': "a reporter's clock is off the daemon's: the bounds are wider by what is known of it",
  'lag-only': 'the hop reports only how many records it is behind',
  'checkpoint-unknown': 'no completed checkpoint of the hop is known',
  'end-offset-unknown': 'a partition without end offsets was left out',
  'from-series': 'the instant lies before the offset tables: read from the series recorded then',
  'graph-assumed': 'nobody had told of a job by then: it is taken as it was first told',
  'not-written-then': 'no job that is known wrote the dataset then',
  cycle: 'the path runs in a circle and was cut',
} as const;

export type FreshnessRule = keyof typeof FRESHNESS_RULES;
