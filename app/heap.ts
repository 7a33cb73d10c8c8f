/**
 * How much memory V8 may leave to garbage. Left alone it sizes the heap by the machine: with 23 GB the 60 MB that a busy daemon holds
 * grow to 260 MB before anything old is looked at. With these flags the daemon at full intake needs 340 MB instead of 600, for a tenth
 * more CPU, and there is no limit it could run into.
 */
const FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=80'];
/**
 * What the C library keeps of freed memory. It learns from each large block that is freed to keep the next one, up to 32 MB, and never
 * gives back what a worker's thread has kept: 50 of the demo's 390 MB. From 1 MB on, a block is given back when it is freed.
 */
const MALLOC = { MALLOC_MMAP_THRESHOLD_: '1048576' };
const OWN_SIZES = /--(?:max-semi-space-size|max-old-space-size|heap-growing-percent)/;

/**
 * Replaces the running program by itself with the flags above: the same process id, arguments, environment and standard streams.
 * To be called before anything is opened. Returns when that is done already, the user has chosen sizes, or the system cannot.
 */
export function restartWithSmallHeap(): void {
  const given = `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`;
  if (OWN_SIZES.test(given) || process.platform === 'win32' || process.execve === undefined) return;
  const args = [process.execPath, ...process.execArgv, ...FLAGS, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...MALLOC, ...process.env });
}
