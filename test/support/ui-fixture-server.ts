/**
 * Serves the built web interface with the daemon's API shapes over a deterministic, living estate, for browser tests and
 * for looking at screens without a daemon: `node test/support/ui-fixture-server.ts 8700`.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { AlertingFixture } from './ui-fixture/alerting.ts';
import { alertDetail, alertsAt, deliveries, inbox, ruleHistory } from './ui-fixture/alerts.ts';
import { diagnosisOf } from './ui-fixture/diagnosis.ts';
import { lagMs, REPORTS, rateOf, STAGES } from './ui-fixture/estate.ts';
import { badgeSvg, historyOf, reportView } from './ui-fixture/freshness.ts';
import { lineage } from './ui-fixture/graph.ts';
import { columnNodes, columnOrigins, versions } from './ui-fixture/lineage.ts';
import { exceptionLine, linesBetween, matching } from './ui-fixture/logs.ts';
import { jobDetail, jobs, overview, status } from './ui-fixture/views.ts';

const DIST = join(import.meta.dirname, '../../web/ui/dist');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** As the daemon sends it: own files only; styles may be inline because mails in the demo's inbox carry theirs. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; object-src 'none'; base-uri 'self'";

export interface FixtureOptions {
  readonly port?: number;
  readonly jobs?: number;
  readonly demo?: boolean;
  /** The daemon's clock; the machine's by default. */
  readonly now?: () => number;
}

export interface FixtureServer {
  readonly url: string;
  close(): Promise<void>;
}

type Answer = { readonly body: unknown; readonly status?: number };
const notFound: Answer = {
  status: 404,
  body: { type: 'about:blank', title: 'Not found', status: 404, detail: 'there is no such object', code: 'not-found' },
};
const found = (body: unknown): Answer => (body === null || body === undefined ? notFound : { body });
const list = (items: readonly unknown[]): Answer => ({ body: { items, next: null } });

/** Starts on 127.0.0.1; port 0 takes a free one. */
export async function startUiFixture(options: FixtureOptions = {}): Promise<FixtureServer> {
  const now = options.now ?? Date.now;
  const alerting = new AlertingFixture();
  const server = createServer((request, response) => {
    void handle(request, response, options, alerting, now()).catch(error => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: FixtureOptions,
  alerting: AlertingFixture,
  now: number,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname.startsWith('/badge/')) {
    response.writeHead(200, { 'content-type': 'image/svg+xml' });
    response.end(badgeSvg(decodeURIComponent(url.pathname.slice('/badge/'.length, -'.svg'.length))));
    return;
  }
  if (!url.pathname.startsWith('/api/v1/')) {
    await sendFile(url.pathname, response);
    return;
  }
  const path = url.pathname.slice('/api/v1'.length);
  const body = await bodyOf(request);
  const changed = alerting.answer({
    method: request.method ?? 'GET',
    parts: path.split('/').slice(1).map(decodeURIComponent),
    params: url.searchParams,
    body,
    ifMatch: request.headers['if-match'],
    now,
  });
  const answer = changed ?? api(path, url.searchParams, body, now, options, alerting);
  if (answer.status === 204) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(answer.body));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const file = join(DIST, normalize(path));
  const served = file.startsWith(DIST) && extname(file) !== '' && existsSync(file) ? file : join(DIST, 'index.html');
  response.writeHead(200, {
    'content-type': TYPES[extname(served)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  });
  response.end(await readFile(served));
}

function api(
  path: string,
  params: URLSearchParams,
  body: Record<string, unknown>,
  now: number,
  options: FixtureOptions,
  alerting: AlertingFixture,
): Answer {
  const [, area = '', id = '', tail = ''] = path.split('/').map(decodeURIComponent);
  const count = options.jobs ?? STAGES.length;
  switch (area) {
    case 'overview':
      return { body: overview(now, count) };
    case 'status':
      return { body: status(now, options.demo ?? true) };
    case 'freshness': {
      if (id === '') return list(REPORTS.map(spec => reportView(spec, REPORTS, now)));
      const spec = REPORTS.find(known => known.report === id || known.datasource === id);
      if (tail === 'history') return found(spec && historyOf(spec, params, now));
      return found(spec && reportView(spec, REPORTS, now));
    }
    case 'jobs': {
      if (id === '') return list(jobs(now, count));
      const stage = STAGES.find(s => s.job === id);
      if (tail === 'diagnosis') return found(stage && diagnosisOf(stage, now, params.get('lang') ?? 'en'));
      if (tail === 'versions') return found(stage && { items: versions(stage, now), next: null });
      return found(stage && jobDetail(stage, now));
    }
    case 'logs':
      return logs(id, params, now);
    case 'lineage': {
      if (id === 'columns') return { body: columnOrigins(params.get('of') ?? '') };
      if (id !== 'graph') return notFound;
      if (params.has('columns')) return { body: columnNodes(params.get('root') ?? '') };
      return found(lineage(params.get('root'), params.get('direction') ?? 'both', now));
    }
    case 'metrics':
      return { body: metric(body) };
    case 'alerts': {
      const state = params.get('state');
      if (id === '') return list(alertsAt(now).filter(a => !state || a.state === state));
      const detail = alertDetail(id, now);
      return found(detail && { ...detail, ...alerting.over(id) });
    }
    case 'rules':
      if (id === 'next')
        return {
          body: {
            next: [1, 2, 3, 4, 5].map(n => new Date(Math.ceil(now / 300_000) * 300_000 + n * 300_000).toISOString()),
          },
        };
      if (tail === 'history') return { body: ruleHistory(id, Number(params.get('from')), Number(params.get('to'))) };
      return notFound;
    case 'deliveries':
      return list(
        deliveries(now).filter(
          d =>
            (!params.get('channel') || d.channel === params.get('channel')) &&
            (!params.get('alert') || d.kind === 'firing'),
        ),
      );
    case 'inbox':
      return options.demo === false ? notFound : list(inbox(now));
    default:
      return notFound;
  }
}

function logs(what: string, params: URLSearchParams, now: number): Answer {
  if (what === 'around') return around(params, now);
  if ((params.get('q') ?? '').includes('((')) {
    return {
      status: 422,
      body: {
        title: 'Unprocessable',
        status: 422,
        detail: 'a parenthesis is not closed',
        code: 'bad-query',
        errors: [{ path: 'q', position: 0, message: 'not closed' }],
      },
    };
  }
  const lines = linesBetween(Number(params.get('from')), Number(params.get('to')), now).filter(matching(params));
  if (what === 'search') {
    const start = Number(params.get('cursor') ?? 0);
    const end = start + Number(params.get('limit') ?? 100);
    return {
      body: {
        items: lines.slice(start, end),
        total: { value: lines.length, relation: 'eq' },
        next: end < lines.length ? String(end) : null,
      },
    };
  }
  if (what === 'histogram') {
    const interval = Number.parseInt(params.get('interval') ?? '60', 10) * 1000;
    const buckets = new Map<number, Record<string, number>>();
    for (const { ts, level } of lines) {
      const t = Math.floor(ts / interval) * interval;
      const counts = buckets.get(t) ?? {};
      counts[level] = (counts[level] ?? 0) + 1;
      buckets.set(t, counts);
    }
    return { body: { buckets: [...buckets].sort((a, b) => a[0] - b[0]).map(([t, counts]) => ({ t, counts })) } };
  }
  const field =
    { job: 'job_name', app: 'app_id', container: 'container_id' }[params.get('field') ?? ''] ??
    params.get('field') ??
    '';
  const counts = new Map<string, number>();
  for (const line of lines) {
    const value = field === 'exception' ? (line.exception?.class ?? '') : String(line[field as 'level'] ?? '');
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const values = [...counts].map(([value, n]) => ({ value, count: n })).sort((a, b) => b.count - a.count);
  return { body: { values: values.slice(0, Number(params.get('limit') ?? 10)) } };
}

function around(params: URLSearchParams, now: number): Answer {
  const failure = exceptionLine(now);
  const wanted = params.get('id') ?? '';
  const ts = wanted === failure.id ? failure.ts : Number(wanted.slice(5)) * 900;
  const all = linesBetween(ts - 900_000, ts + 900_000, now).reverse();
  const line = all.find(l => l.id === wanted);
  if (!line) return notFound;
  const scope = params.get('scope') ?? 'container';
  const near = all.filter(
    l =>
      l.id === line.id ||
      scope === 'all' ||
      (scope === 'job' ? l.job_name === line.job_name : l.container_id === line.container_id),
  );
  const at = near.indexOf(line);
  return {
    body: {
      before: near.slice(Math.max(0, at - Number(params.get('before'))), at),
      line,
      after: near.slice(at + 1, at + 1 + Number(params.get('after'))),
    },
  };
}

function metric(body: Record<string, unknown>): unknown {
  const {
    from,
    to,
    metric: name,
    group_by: groupBy,
  } = body as { from: number; to: number; metric: string; group_by?: string[] };
  const step = Number.parseInt(String(body['step'] ?? '60'), 10) * 1000;
  const job = String((body['matchers'] as Record<string, string> | undefined)?.['job'] ?? '');
  const stage = STAGES.find(s => s.job === job);
  const label = groupBy?.[0] ?? 'job';
  const groups = stage
    ? (label === 'topic'
        ? stage.reads.map(r => r.split('/').at(-1)!)
        : ['Source', 'Join(order_id) -> Calc', 'Sink']
      ).map((value, i) => ({ labels: { [label]: value }, points: points(name, stage, from, to, step, i) }))
    : [];
  return { groups, partial: false, watermark: to };
}

function points(
  name: string,
  stage: (typeof STAGES)[number],
  from: number,
  to: number,
  step: number,
  i: number,
): [number, number][] {
  const out: [number, number][] = [];
  for (let t = from; t <= to; t += step) {
    const lag = lagMs(stage.job, t) / (i === 0 ? 1 : 40);
    const value =
      name === 'lag_ms'
        ? lag
        : name === 'lag'
          ? (lag / 1000) * stage.rate
          : name === 'busy_ratio'
            ? [0.3, 0.96, 0.12][i]!
            : rateOf(stage, t) * [1, 0.8, 0.5][i]!;
    out.push([t, value]);
  }
  return out;
}

if (import.meta.main) {
  const server = await startUiFixture({
    port: Number(process.argv[2] ?? 8700),
    jobs: Number(process.argv[3] ?? STAGES.length),
  });
  console.log(server.url);
}
