/** Recognises IDs that people paste from YARN, Flink or a message, so that they become exact filters. */

/** Filter parameters of the log screen for a pasted ID; null when the text is not one. */
export function idFilter(
  text: string,
): { readonly container?: string; readonly app?: string; readonly q?: string } | null {
  // As they stand in a message or a file: in quotes or brackets, with what ended the sentence.
  const id = text.replace(/^[\s"'`([{<“「]+|[\s"'`)\]}>”」.,;:，。；：]+$/g, '').toLowerCase();
  if (/^container_(e\d+_)?\d+_\d+_\d+_\d+$/.test(id)) return { container: id };
  if (/^application_\d+_\d+$/.test(id)) return { app: id };
  if (/^[0-9a-f]{32}$/.test(id)) return { q: `job_id:${id}` };
  return null;
}

/** The part of a long ID that tells it from others: `…0042_01_000003` of a container, `…0042` of an application. */
export function shortId(id: string): string {
  const container = /^container_.*_(\d+_\d+_\d+)$/.exec(id);
  if (container) return `…${container[1]}`;
  const app = /^application_\d+_(\d+)$/.exec(id);
  if (app) return `…${app[1]}`;
  return id.length > 16 ? `${id.slice(0, 8)}…` : id;
}
