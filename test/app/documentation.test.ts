/** What README and docs/ show is there: files, links, configurations, commands, routes. */
import assert from 'node:assert/strict';
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readAppConfig } from '../../app/config.ts';
import { createAuthority } from '../servers/certificates.ts';
import { openSite, startApp } from './app-fixture.ts';
import { cli, ROOT } from './run-cli.ts';

const DOCS = ['README.md', ...globSync('docs/*.md', { cwd: ROOT })].map(name => ({
  name,
  text: readFileSync(join(ROOT, name), 'utf8'),
}));
/** Folders of the tree; what begins with none of them is a path elsewhere, such as Flink's. */
const FOLDERS = globSync('*/', { cwd: ROOT, exclude: ['node_modules', 'dist', 'data'] });
/** In place of a secret from the environment; some secrets are addresses. */
const SECRET = 'https://secret.example.com';

/** Everything a pattern finds in the documents, with the place. */
function mentions(pattern: RegExp): readonly { readonly at: string; readonly match: RegExpExecArray }[] {
  return DOCS.flatMap(({ name, text }) =>
    [...text.matchAll(pattern)].map(match => ({
      at: `${name}:${text.slice(0, match.index).split('\n').length}`,
      match,
    })),
  );
}

test('every file that is named is there', () => {
  const paths = mentions(/`([a-z][\w-]*\/[\w./*-]*)`/g).filter(({ match }) =>
    FOLDERS.some(folder => match[1]?.startsWith(`${folder}/`)),
  );
  assert.ok(paths.length > 80, 'the pattern finds them');
  const missing = paths.filter(({ match }) => globSync(match[1] ?? '', { cwd: ROOT }).length === 0);
  assert.deepEqual(
    missing.map(({ at, match }) => `${at} ${match[1]}`),
    [],
  );
});

test('every link leads somewhere, its anchor too', () => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
  const broken = mentions(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g).filter(({ at, match }) => {
    const name = at.split(':')[0] ?? '';
    const [, path = '', anchor] = match;
    const file = path === '' ? name : join(dirname(name), path);
    if (globSync(file, { cwd: ROOT }).length === 0) return true;
    if (anchor === undefined) return false;
    const headings = readFileSync(join(ROOT, file), 'utf8').matchAll(/^#+ (.*)$/gm);
    return ![...headings].some(([, heading = '']) => slug(heading) === anchor);
  });
  assert.deepEqual(
    broken.map(({ at, match }) => `${at} ${match[0]}`),
    [],
  );
});

test('every configuration that is shown is a good one', () => {
  const site = openSite();
  // Files that are named are there.
  for (const folder of ['certs', 'secrets']) mkdirSync(join(site.dir, folder));
  site.write('certs/ca.pem', createAuthority('an authority').ca);
  site.write('secrets/kafka', 'secret');
  // Those of RULES.md are rules and their tests, which have a test of their own.
  const shown = mentions(/```yaml\n([\s\S]*?)```/g).filter(({ match }) => !/^(name|rules):/.test(match[1] ?? ''));
  assert.ok(shown.length > 10, 'the pattern finds them');
  for (const { at, match } of shown) {
    const text = (match[1] ?? '').replace(/\{env: \w+\}/g, `"${SECRET}"`);
    assert.doesNotThrow(() => readAppConfig(site.write('shown.yaml', text), {}), at);
  }
});

test('every command that is shown is one, with the options that are shown', async () => {
  const { out: usage } = await cli(['--help']);
  const shown = mentions(/(?:^|`|\$ |")tidewatch ([a-z-]+)([^`\n"]*)/gm);
  assert.ok(shown.length > 40, 'the pattern finds them');
  const unknown = shown.filter(({ match }) => {
    const [, name = '', rest = ''] = match;
    const lines = usage.split(/\n(?= {2}tidewatch )/).filter(block => block.startsWith(`  tidewatch ${name} `));
    const options = [...rest.matchAll(/ \[?(--[a-z-]+)/g)].map(([, option]) => option ?? '');
    const known = [...lines.join('\n').matchAll(/--[a-z-]+/g)].map(([option]) => option);
    return lines.length === 0 || !options.every(option => [...known, '--json', '--url', '--config'].includes(option));
  });
  assert.deepEqual(
    unknown.map(({ at, match }) => `${at} ${match[0]}`),
    [],
  );
});

test('every route that is named is served', async () => {
  const running = await startApp(openSite().config());
  try {
    const { paths } = await running.get<{ paths: Record<string, object> }>('/api/v1/openapi.json');
    const served = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => shapeOf(`${method.toUpperCase()} ${path}`)),
    );
    const named = mentions(/\b((?:GET|POST|PUT|DELETE) \/[\w/{}.…-]+)/g);
    assert.ok(named.length > 30, 'the pattern finds them');
    const unknown = named.filter(({ match }) => {
      const route = shapeOf(match[1] ?? '');
      return !served.some(known => patternOf(known).test(route) || patternOf(route).test(known));
    });
    assert.deepEqual(
      unknown.map(({ at, match }) => `${at} ${match[1]}`),
      [],
    );
  } finally {
    await running.app.stop();
  }
});

/** `GET /rules/*`: a route without its prefix, with a star for whatever stands in a place. */
function shapeOf(route: string): string {
  return route
    .replace(/ \/api\/v1(?=\/)/, ' ')
    .replace(/\{[^}]*\}|…/g, '*')
    .replace(/[.]$/, '');
}

function patternOf(shape: string): RegExp {
  return new RegExp(`^${shape.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}$`);
}
