/** What the tests of the rules' routes share. */
import type { Answer, Api } from './fixture.ts';

/** A rule as the API shows it. */
export interface Rule {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly health: { readonly state: string };
  readonly late_after_eval: number;
  readonly [field: string]: unknown;
}

/** A replay or a history. */
export interface History {
  readonly ticks: readonly {
    readonly t: number;
    readonly error?: { readonly code: string };
    readonly groups: readonly {
      readonly labels: object;
      readonly values: readonly (number | null)[];
      readonly result: boolean | null;
      readonly state: string;
    }[];
  }[];
  readonly notifications: readonly { readonly t: number; readonly kind: string; readonly labels: object }[];
}

/** A rule over one metric. */
export const simple = (name: string, more: object = {}) => ({
  name,
  schedule: '* * * * *',
  metrics: [{ metric: 'queue' }],
  condition: '{0} > 5',
  ...more,
});

/** Creates a rule. */
export const create = (api: Api, document: object, headers: Record<string, string> = {}): Promise<Answer<Rule>> =>
  api.ask<Rule>('POST', 'rules', document, headers);
