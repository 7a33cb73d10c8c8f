/** PromQL as a tree, as far as rules of numbers need it. Positions are 0-based within the expression. */

export interface PromMatcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** `name{matchers}[rangeMs] offset offsetMs`. */
export interface PromSelector {
  readonly kind: 'selector';
  readonly position: number;
  readonly name: string;
  readonly matchers: readonly PromMatcher[];
  readonly rangeMs: number | null;
  readonly offsetMs: number;
}

export interface PromAggregate {
  readonly kind: 'aggregate';
  readonly position: number;
  readonly op: string;
  readonly by: readonly string[];
  readonly of: PromNode;
}

export interface PromCall {
  readonly kind: 'call';
  readonly position: number;
  readonly name: string;
  readonly args: readonly PromNode[];
}

/** `on` is the list of `on(…)`; null without one. */
export interface PromBinary {
  readonly kind: 'binary';
  readonly position: number;
  readonly op: string;
  readonly on: readonly string[] | null;
  readonly left: PromNode;
  readonly right: PromNode;
}

export type PromNode =
  | { readonly kind: 'number'; readonly position: number; readonly value: number }
  | { readonly kind: 'negate'; readonly position: number; readonly of: PromNode }
  | PromSelector
  | PromAggregate
  | PromCall
  | PromBinary;

/** What cannot be read or has no counterpart here, with its 0-based position. */
export class PromqlError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = 'PromqlError';
    this.position = position;
  }
}
