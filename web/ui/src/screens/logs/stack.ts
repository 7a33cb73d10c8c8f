/** Reads a Java stack trace: causes stay visible, runs of framework frames fold into one line. */

export type StackPart =
  /** The exception line, `Caused by:` or `Suppressed:`. */
  | { readonly kind: 'cause'; readonly text: string }
  /** A frame of the users' own code. */
  | { readonly kind: 'frame'; readonly text: string }
  /** Frames of Flink, Java, Scala and the like, or the `... 12 more` line. */
  | { readonly kind: 'folded'; readonly lines: readonly string[] };

const FRAMEWORK =
  /^\s*at (?:[\w.$-]+\/)*(?:[\w.@-]+\/\/?)?(?:org\.apache\.(?:flink|kafka|calcite|hadoop|logging)|java|javax|jdk|sun|com\.sun|scala|akka|org\.apache\.pekko|io\.netty|StreamExec)\b/;
const FRAME = /^\s*(?:at |\.\.\. \d+)/;

/** Splits the text of a trace. The first frame of each cause stays open even when it is the framework's. */
export function readStack(stack: string): StackPart[] {
  const parts: StackPart[] = [];
  let afterCause = true;
  for (const text of stack.split('\n')) {
    if (text.trim() === '') continue;
    if (!FRAME.test(text)) {
      parts.push({ kind: 'cause', text });
      afterCause = true;
      continue;
    }
    const foldable = FRAMEWORK.test(text) || text.trim().startsWith('...');
    const last = parts.at(-1);
    if (!foldable || afterCause) parts.push({ kind: 'frame', text });
    else if (last?.kind === 'folded') parts[parts.length - 1] = { kind: 'folded', lines: [...last.lines, text] };
    else parts.push({ kind: 'folded', lines: [text] });
    afterCause = false;
  }
  return parts;
}

/** Frames in the trace, as its own text lists them. */
export function frameCount(stack: string): number {
  return stack.split('\n').filter(line => /^\s*at /.test(line)).length;
}
