import { type GeneratedFile, jarsOf } from './generated-files.ts';
import { commentText, shellWord } from './quote.ts';
import { traitsOf } from './release.ts';
import type { FlinkTarget } from './target.ts';

/** What to do with the files, step by step, as plain text. */
export function installGuide(target: FlinkTarget, files: readonly GeneratedFile[]): string {
  const { job, cluster, deployment, version } = target;
  const { hasListener } = traitsOf(version);
  const whose = job === null ? 'a session cluster' : `job ${commentText(job)}`;
  const where = cluster === null ? '' : ` of cluster ${commentText(cluster)}`;
  const steps = [
    `Jars, below Flink's home${deployment === 'kubernetes' ? ' in the image' : deployment === 'standalone' ? ' on every host' : ''}:\n${jarsOf(
      target,
    )
      .map(({ jar, to }) => `   ${jar} -> ${to}`)
      .join('\n')}`,
    ...(deployment === 'yarn'
      ? [
          'With yarn.provided.lib.dirs the jars go into that folder of HDFS as well, in lib/ and plugins/tidewatch-metrics/.',
        ]
      : []),
    ...files.map(({ name, place }) => `${name}: ${place}.`),
    ...target.kafka.remarks,
    ...(hasListener ? [] : [submissionOf(target)]),
    ...(job === null
      ? ['JOB_NAME stays unset: in a session cluster the daemon names the job of a line by its flink-job-id.']
      : []),
    'Restart JobManager and TaskManagers, then check: tidewatch doctor --flink http://JOBMANAGER:8081 --url http://TIDEWATCH:8686',
  ];
  const title = `Flink ${version} on ${deployment}, for ${whose}${where}`;
  return `${title}\n\n${steps.map((step, i) => `${i + 1}. ${step}`).join('\n')}\n`;
}

/** Before 2.0 there is no job listener: the submitting side says what it submits. */
function submissionOf({ job, version }: FlinkTarget): string {
  const name = job === null ? 'NAME' : shellWord(commentText(job));
  return `Flink ${version} tells nobody what a job reads and writes: after each submission run tidewatch jobs submit --sql FILE --name ${name}`;
}

/** Guide and files as one annotated text. */
export function annotatedDocument(target: FlinkTarget, files: readonly GeneratedFile[]): string {
  const guide = installGuide(target, files)
    .trimEnd()
    .split('\n')
    .map(line => `# ${line}`.trimEnd())
    .join('\n');
  const parts = files.map(({ name, place, content }) => `# ======== ${name}\n# ${place}\n\n${content}`);
  return `${guide}\n\n${parts.join('\n')}`;
}
