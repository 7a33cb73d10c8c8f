/** Repetitions one way through a pattern may have: each multiplies the time by the length of the value. */
const MAX_REPEATS = 4;
/** Optional parts and alternatives one way may have: each may double the time. */
const MAX_CHOICES = 16;

/** What one way through a group costs at most; `sum` is of the alternative being read, `most` of those before it. */
interface Group {
  readonly isLook: boolean;
  readonly sum: Cost;
  readonly most: Cost;
  alternatives: boolean;
}
interface Cost {
  repeats: number;
  choices: number;
}

/**
 * The expression of a matcher (`=~`, `!~`), anchored at both ends. Throws `SyntaxError` for what is no regular expression, and for one
 * that a backtracking engine may take for ever on: Prometheus' RE2 cannot, ours can, so nested repetitions and back references are refused.
 */
export function labelPattern(text: string): RegExp {
  // By itself first: what closes our own group would not be anchored.
  new RegExp(text, 'u');
  const problem = slowness(text);
  if (problem !== null) throw new SyntaxError(`Invalid regular expression: /${text}/: ${problem}`);
  return new RegExp(`^(?:${text})$`, 'u');
}

/** Why a valid pattern may take for ever; null when it cannot. */
function slowness(text: string): string | null {
  const open: Group[] = [newGroup()];
  for (let at = 0; at < text.length; ) {
    const group = open.at(-1) ?? newGroup();
    const [token, size] = tokenAt(text, at);
    at += size;
    if (token === 'reference') return 'it refers back to a group; write the text out';
    if (token === 'open') {
      open.push(newGroup(LOOK.test(text.slice(at - size, at))));
      continue;
    }
    if (token === 'or') {
      nextAlternative(group);
      continue;
    }
    const { many, varies, length } = repetitionAt(text, at);
    at += length;
    const inner = token === 'close' ? closed(group) : { repeats: 0, choices: 0 };
    if (token === 'close') open.pop();
    if (many && inner.repeats + inner.choices > 0)
      return 'it repeats a group that holds repetitions or alternatives, which can take for ever; repeat a class such as [a-z_]+ instead';
    const outer = token === 'close' ? (open.at(-1) ?? newGroup()) : group;
    if (token === 'close' && group.isLook) {
      // Looking ahead is done once, like another alternative: nobody comes back into it.
      outer.most.repeats = Math.max(outer.most.repeats, inner.repeats);
      outer.most.choices = Math.max(outer.most.choices, inner.choices);
      continue;
    }
    outer.sum.repeats += inner.repeats + (varies && many ? 1 : 0);
    outer.sum.choices += inner.choices + (varies && !many ? 1 : 0);
  }
  const { repeats, choices } = closed(open[0] ?? newGroup());
  if (repeats > MAX_REPEATS)
    return `it has more than ${MAX_REPEATS} repetitions in a row; write more of it as plain text`;
  if (choices > MAX_CHOICES)
    return `it has more than ${MAX_CHOICES} optional parts in a row; write them as alternatives of the whole`;
  return null;
}

function newGroup(isLook = false): Group {
  return { isLook, sum: { repeats: 0, choices: 0 }, most: { repeats: 0, choices: 0 }, alternatives: false };
}

function nextAlternative(group: Group): void {
  group.most.repeats = Math.max(group.most.repeats, group.sum.repeats);
  group.most.choices = Math.max(group.most.choices, group.sum.choices);
  group.sum.repeats = 0;
  group.sum.choices = 0;
  group.alternatives = true;
}

function closed(group: Group): Cost {
  return {
    repeats: Math.max(group.most.repeats, group.sum.repeats),
    choices: Math.max(group.most.choices, group.sum.choices) + (group.alternatives ? 1 : 0),
  };
}

const LOOK = /^\(\?<?[=!]$/;
const ESCAPE = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|.)/suy;
const CLASS = /\[(?:\\.|[^\]\\])*\]/suy;
const OPEN = /\((?:\?(?:[a-z-]*:|[=!]|<[=!]|<[^>]*>))?/uy;

/** The token at a place, and its length. */
function tokenAt(text: string, at: number): readonly ['open' | 'close' | 'or' | 'reference' | 'one', number] {
  switch (text[at]) {
    case '\\':
      return [/[1-9k]/.test(text[at + 1] ?? '') ? 'reference' : 'one', lengthOf(ESCAPE, text, at)];
    case '[':
      return ['one', lengthOf(CLASS, text, at)];
    case '(':
      return ['open', lengthOf(OPEN, text, at)];
    case ')':
      return ['close', 1];
    case '|':
      return ['or', 1];
    default:
      return ['one', 1];
  }
}

const REPETITION = /(?:([*+?])|\{(\d+)(,(\d*))?\})\??/uy;

/** How often the part before a place stands: more than once, in different numbers; and the length of what says so. */
interface Repetition {
  readonly many: boolean;
  readonly varies: boolean;
  readonly length: number;
}

function repetitionAt(text: string, at: number): Repetition {
  REPETITION.lastIndex = at;
  const found = REPETITION.exec(text);
  if (found === null) return { many: false, varies: false, length: 0 };
  const [{ length }, sign, least, range, most] = found;
  if (sign !== undefined) return { many: sign !== '?', varies: true, length };
  const highest = range === undefined ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most);
  return { many: highest > 1, varies: highest !== Number(least), length };
}

function lengthOf(sticky: RegExp, text: string, at: number): number {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0].length ?? 1;
}
