/**
 * Log4j 2 properties: what Flink's own default files do, and the Kafka appender beside it. Written for Log4j 2.17 (Flink 1.x)
 * and 2.24 (Flink 2.x) alike.
 */
import { log4jValue } from './quote.ts';
import { traitsOf } from './release.ts';
import type { FlinkTarget } from './target.ts';

/** Which of Flink's files: `log4j.properties`, `log4j-console.properties` or `log4j-cli.properties`. */
export type LogFileKind = 'process' | 'console' | 'client';

const PATTERN = '%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n';

const ROLLING = `appender.main.name = MainAppender
appender.main.type = RollingFile
appender.main.append = true
appender.main.fileName = \${sys:log.file}
appender.main.filePattern = \${sys:log.file}.%i
appender.main.layout.type = PatternLayout
appender.main.layout.pattern = ${PATTERN}
appender.main.policies.type = Policies
appender.main.policies.size.type = SizeBasedTriggeringPolicy
appender.main.policies.size.size = 100MB
appender.main.policies.startup.type = OnStartupTriggeringPolicy
appender.main.strategy.type = DefaultRolloverStrategy
appender.main.strategy.max = \${env:MAX_LOG_FILE_NUMBER:-10}
`;

const CONSOLE = `appender.console.name = ConsoleAppender
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = ${PATTERN}
`;

const CLIENT_FILE = `appender.file.name = FileAppender
appender.file.type = FILE
appender.file.append = false
appender.file.fileName = \${sys:log.file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = ${PATTERN}
`;

const PROCESS_LOGGERS = `logger.kafka.name = org.apache.kafka
logger.kafka.level = INFO
logger.hadoop.name = org.apache.hadoop
logger.hadoop.level = INFO
logger.zookeeper.name = org.apache.zookeeper
logger.zookeeper.level = INFO
logger.shaded_zookeeper.name = org.apache.flink.shaded.zookeeper3
logger.shaded_zookeeper.level = INFO
logger.netty.name = org.jboss.netty.channel.DefaultChannelPipeline
logger.netty.level = OFF
`;

/** What the submission says on the terminal, as in Flink's own file. */
const CLIENT_LOGGERS = `logger.yarn.name = org.apache.flink.yarn
logger.yarn.level = INFO
logger.yarn.appenderRef.console.ref = ConsoleAppender
logger.yarncli.name = org.apache.flink.yarn.cli.FlinkYarnSessionCli
logger.yarncli.level = INFO
logger.yarncli.appenderRef.console.ref = ConsoleAppender
logger.kubernetes.name = org.apache.flink.kubernetes
logger.kubernetes.level = INFO
logger.kubernetes.appenderRef.console.ref = ConsoleAppender
logger.hadoop.name = org.apache.hadoop
logger.hadoop.level = INFO
logger.hadoop.appenderRef.console.ref = ConsoleAppender
logger.hadoopnative.name = org.apache.hadoop.util.NativeCodeLoader
logger.hadoopnative.level = OFF
logger.netty.name = org.jboss.netty.channel.DefaultChannelPipeline
logger.netty.level = OFF
`;

interface Parts {
  readonly refs: readonly (readonly [name: string, appender: string])[];
  readonly sections: readonly string[];
}

const PARTS = {
  process: { refs: [['file', 'MainAppender']], sections: [PROCESS_LOGGERS, ROLLING] },
  console: {
    refs: [
      ['console', 'ConsoleAppender'],
      ['file', 'MainAppender'],
    ],
    sections: [PROCESS_LOGGERS, CONSOLE, ROLLING],
  },
  client: { refs: [['file', 'FileAppender']], sections: [CLIENT_LOGGERS, CLIENT_FILE, CONSOLE] },
} as const satisfies Record<LogFileKind, Parts>;

/** A whole properties file: it replaces Flink's of the same name. */
export function log4jProperties(target: FlinkTarget, kind: LogFileKind): string {
  const { refs, sections } = PARTS[kind];
  const root = [...refs, ['tidewatch', 'Tidewatch']].map(
    ([name, ref]) => `rootLogger.appenderRef.${name}.ref = ${ref}`,
  );
  const head = `# Flink's own logging and, beside it, every line as one record in Kafka. Written by tidewatch flink-config.
# Changes are taken over every 30 seconds.
monitorInterval = 30
rootLogger.level = INFO
${root.join('\n')}
`;
  return [head, ...(kind === 'client' ? [] : [actorLogger(target)]), ...sections, tidewatchAppender(target)].join('\n');
}

/** The actor system below Flink's RPC, under the name it has on this line. */
function actorLogger({ version }: FlinkTarget): string {
  const { actors } = traitsOf(version);
  const key = actors === 'akka' ? 'akka' : 'pekko';
  return `logger.${key}.name = ${actors}\nlogger.${key}.level = INFO\n`;
}

function tidewatchAppender({ kafka }: FlinkTarget): string {
  const lines = [
    '# Never blocks the thread that logs: what does not fit into maxMemory is dropped and counted.',
    'appender.tidewatch.type = TidewatchKafka',
    'appender.tidewatch.name = Tidewatch',
    `appender.tidewatch.topic = ${log4jValue(kafka.topics.logs)}`,
    `appender.tidewatch.bootstrapServers = ${log4jValue(kafka.bootstrapServers)}`,
    'appender.tidewatch.maxMemory = 8 MB',
    '# Secrets in start-up lines, and contents of records in deserialisation errors, are masked.',
    'appender.tidewatch.redact = true',
    'appender.tidewatch.redactRecords = true',
    '# How long the end of the process may wait for the last lines.',
    'appender.tidewatch.flushTimeoutMs = 2000',
  ];
  Object.entries(kafka.producer).forEach(([name, value], i) => {
    const property = `appender.tidewatch.p${i + 1}`;
    lines.push(
      `${property}.type = Property`,
      `${property}.name = kafka.${name}`,
      `${property}.value = ${log4jValue(value)}`,
    );
  });
  return `${lines.join('\n')}\n`;
}
