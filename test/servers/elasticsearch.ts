import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyJars, installOnce, jdk, runTool, SERVERS_DIR } from './install.ts';
import { freePorts, serverProcess, type TestServer } from './server-process.ts';

const VERSION = '8.19.21';
const JVM = ['-Xms512m', '-Xmx1g', '-XX:+UseSerialGC'];

export interface TestElasticsearch extends TestServer {
  /** Base URL, without credentials. */
  readonly node: string;
}

/**
 * A real, empty Elasticsearch node with the core features (no ILM, scripts, reindex or delete-by-query: their modules are not
 * published as packages). With `absent` it is prepared and not started: call `start()`.
 */
export async function startElasticsearch(options: { absent?: boolean } = {}): Promise<TestElasticsearch> {
  const home = await installOnce(`elasticsearch-${VERSION}`, build);
  const dir = await mkdtemp(join(tmpdir(), 'tidewatch-elasticsearch-'));
  const [port = 0, transportPort = 0] = await freePorts(2);
  const main = ['WithParent', 'SingleNode', home, dir, String(port), String(transportPort)];
  const args = [...JVM, '-cp', `${home}/classes:${home}/lib/*`, ...main];

  const server = serverProcess(jdk('java'), args, port, dir);
  if (!options.absent) await server.start();
  return Object.assign(server, { node: `http://127.0.0.1:${port}` });
}

/** Lays the jars out as the server wants them: its own on the class path, the HTTP transport and `/` as modules. */
async function build(dir: string): Promise<void> {
  const lib = join(dir, 'lib');
  const netty = join(dir, 'modules/transport-netty4');
  const root = join(dir, 'modules/rest-root');
  const scratch = join(dir, 'scratch');
  for (const folder of [netty, root, scratch]) await mkdir(folder, { recursive: true });
  await copyJars(join(SERVERS_DIR, 'elasticsearch/pom.xml'), lib);
  for (const jar of await readdir(lib)) {
    if (jar.startsWith('netty-') || jar.startsWith('transport-netty4-')) await rename(join(lib, jar), join(netty, jar));
  }

  await runTool(jdk('jar'), ['xf', join(netty, `transport-netty4-${VERSION}.jar`), 'META-INF/es-plugins'], scratch);
  const shipped = await readFile(
    join(scratch, 'META-INF/es-plugins/transport-netty4/plugin-descriptor.properties'),
    'utf8',
  );
  // without its module name the plugin loads from a plain class loader, which jars outside a distribution need
  const descriptor = shipped.replace(/^modulename=.*\n/m, '');
  await writeFile(join(netty, 'plugin-descriptor.properties'), descriptor);
  const own = descriptor.replace(/^name=.*/m, 'name=rest-root').replace(/^classname=.*/m, 'classname=RootModule');
  await writeFile(join(root, 'plugin-descriptor.properties'), own);

  const sources = ['WithParent.java', 'elasticsearch/SingleNode.java'].map(name => join(SERVERS_DIR, name));
  await runTool(jdk('javac'), ['-nowarn', '-cp', `${lib}/*`, '-d', join(dir, 'classes'), ...sources]);
  const rootSource = join(SERVERS_DIR, 'elasticsearch/RootModule.java');
  await runTool(jdk('javac'), ['-nowarn', '-cp', `${lib}/*`, '-d', join(scratch, 'root'), rootSource]);
  await runTool(jdk('jar'), ['cf', join(root, 'rest-root.jar'), '-C', join(scratch, 'root'), '.']);
  await rm(scratch, { recursive: true });
}
