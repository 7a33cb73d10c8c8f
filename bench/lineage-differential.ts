/**
 * Our parser against Flink's own (2.3.0) on generated statements and on mutations of them: both must accept or both refuse.
 * Bar: >= 99.5 % of each. Not generated, for ours takes them and Flink 2.3's parser does not: SET and RESET with bare keys and values,
 * QUIT, EXIT, CLEAR and HELP (commands of the SQL client), BEGIN STATEMENT SET; and STATEMENT SET without EXECUTE (1.13), names that only
 * later versions reserve (HASH, MODELS, FRESHNESS, …). Taken by Flink's parser, refused by its planner and by us: `* AS x` and
 * columns such as a.b in CREATE TABLE. Build the oracle first: mvn -q -B -f bench/flink-parser/pom.xml compile
 * Run: node bench/lineage-differential.ts [COUNT] [SEED] [--show N]
 */
import fc from 'fast-check';
import { parseStatements } from '../lineage/sql/parser.ts';
import { flinkVerdicts } from './support/flink-oracle.ts';
import { statements } from './support/sql-arbitrary.ts';
import { mutations } from './support/sql-mutation.ts';

const numbers = process.argv
  .slice(2)
  .filter((arg, i, all) => all[i - 1] !== '--show' && /^\d+$/.test(arg))
  .map(Number);
const [count = 20_000, seed = 1] = numbers;
const show = Number(process.argv[process.argv.indexOf('--show') + 1] ?? 0);

async function compare(title: string, arbitrary: fc.Arbitrary<string>): Promise<void> {
  const texts = [...new Set(fc.sample(arbitrary, { numRuns: count, seed }))];
  const verdicts = await flinkVerdicts(texts);
  const disagreed: string[] = [];
  let accepted = 0;
  texts.forEach((sql, i) => {
    const flink = verdicts[i]!;
    const { errors } = parseStatements(sql);
    if (flink.ok) accepted++;
    if (flink.ok === (errors.length === 0)) return;
    const why = flink.ok ? `we refuse: ${errors[0]!.message}` : `Flink refuses: ${flink.message?.split('\n')[0]}`;
    disagreed.push(`${why} | ${sql}`);
  });
  const agreement = (100 * (texts.length - disagreed.length)) / texts.length;
  console.log(
    `${title.padEnd(24)} ${texts.length} texts, Flink accepts ${((100 * accepted) / texts.length).toFixed(1)} %, agreement ${agreement.toFixed(2)} %  (bar 99.5 %)`,
  );
  for (const line of disagreed.slice(0, show)) console.log(`  ${line}`);
}

await compare('generated', statements);
await compare('mutated', mutations(statements));
