/** Stack traces of the jobs that crash, as Flink logs them: the cause is several levels down. */
import { MISSING_FIELD_EXCEPTION } from '../faults.ts';
import type { JobState } from '../hop-state.ts';
import { taskNames } from './metrics.ts';

export interface LoggedException {
  readonly class: string;
  readonly message: string;
  readonly stack: string;
  readonly root: string;
}

const SOURCE_FRAMES = [
  '\tat org.apache.flink.connector.kafka.source.reader.KafkaRecordEmitter.emitRecord(KafkaRecordEmitter.java:59)',
  '\tat org.apache.flink.connector.base.source.reader.SourceReaderBase.pollNext(SourceReaderBase.java:203)',
  '\tat org.apache.flink.streaming.api.operators.SourceOperator.emitNext(SourceOperator.java:443)',
  '\tat org.apache.flink.streaming.runtime.tasks.StreamTask.processInput(StreamTask.java:655)',
  '\tat org.apache.flink.streaming.runtime.tasks.StreamTask.invoke(StreamTask.java:917)',
  '\tat java.base/java.lang.Thread.run(Thread.java:840)',
];

/** The exception a job's source task ends with; `root` is what really happened. */
export function crashTrace(job: JobState, root: string): LoggedException {
  const message = 'Failed to deserialize consumer record due to';
  const causes = root === MISSING_FIELD_EXCEPTION ? missingField(root) : badNumber(job, root);
  return {
    class: 'java.io.IOException',
    message,
    stack: [`java.io.IOException: ${message}`, ...SOURCE_FRAMES, ...causes].join('\n'),
    root,
  };
}

/** The JSON format was told to fail where a column of the table is missing. */
function missingField(root: string): readonly string[] {
  return [
    'Caused by: java.io.IOException: Failed to deserialize JSON \'{"event_id":"e-90211","system_id":"3","user_id":40027,"city":"成都"}\'.',
    '\tat org.apache.flink.formats.json.JsonRowDataDeserializationSchema.deserialize(JsonRowDataDeserializationSchema.java:92)',
    '\t... 12 more',
    `Caused by: ${root}`,
    '\tat org.apache.flink.formats.json.JsonToRowDataConverters.convertField(JsonToRowDataConverters.java:394)',
    '\tat org.apache.flink.formats.json.JsonToRowDataConverters.lambda$createRowConverter$ef66fe9a$1(JsonToRowDataConverters.java:375)',
    '\t... 15 more',
  ];
}

/** A UDF behind the source parses a price that is none. */
function badNumber(job: JobState, root: string): readonly string[] {
  return [
    `Caused by: org.apache.flink.streaming.runtime.tasks.ExceptionInChainedOperatorException: Could not forward element to next operator in ${taskNames(job).source}`,
    '\tat org.apache.flink.streaming.runtime.tasks.CopyingChainingOutput.pushToOperator(CopyingChainingOutput.java:92)',
    '\tat StreamExecCalc$221.processElement(Unknown Source)',
    '\t... 12 more',
    `Caused by: ${root}`,
    '\tat java.base/java.lang.NumberFormatException.forInputString(NumberFormatException.java:67)',
    '\tat java.base/java.lang.Long.parseLong(Long.java:711)',
    '\tat com.demo.udf.ParsePrice.eval(ParsePrice.java:27)',
    '\t... 15 more',
  ];
}
