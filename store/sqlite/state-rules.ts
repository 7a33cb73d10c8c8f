import type { Json } from '../../model/json.ts';
import type { StoredIntent, StoredRuleState, TickCommit } from '../state-store.ts';
import type { StateDatabase } from './state-database.ts';
import { parse, text } from './state-rows.ts';

/** Evaluation state of rules, their history and the intents no flush has consumed. Semantics: the StateStore port. */
export class RuleStates {
  readonly #db: StateDatabase;

  constructor(db: StateDatabase) {
    this.#db = db;
  }

  async loadRuleStates(): Promise<readonly StoredRuleState[]> {
    const groups = new Map<string, Map<string, Json>>();
    for (const row of this.#db.all('SELECT rule, key, body FROM rule_group')) {
      const ofRule = groups.get(text(row['rule'])) ?? new Map<string, Json>();
      groups.set(text(row['rule']), ofRule.set(text(row['key']), parse(row['body'])));
    }
    return this.#db.all('SELECT rule, version, cursor FROM rule_state ORDER BY rule').map(row => ({
      ruleId: text(row['rule']),
      version: text(row['version']),
      cursor: parse(row['cursor']),
      groups: groups.get(text(row['rule'])) ?? new Map<string, Json>(),
    }));
  }

  commitTick(ruleId: string, expected: string | null, commit: TickCommit): Promise<string> {
    const cursor = JSON.stringify(commit.cursor);
    const groups = [...commit.groups].map(([key, body]) => [key, body === null ? null : JSON.stringify(body)] as const);
    const intents = commit.intents.map(intent => [intent.id, JSON.stringify(intent.body)] as const);
    const ticks = commit.ticks.map(tick => [tick.t, JSON.stringify(tick.body)] as const);
    return this.#db.write(() => {
      this.#db.expect(
        this.#db.all('SELECT version FROM rule_state WHERE rule = ?', ruleId)[0],
        expected,
        `state of rule ${ruleId}`,
      );
      const version = this.#db.newVersion();
      this.#db.run(
        'INSERT OR REPLACE INTO rule_state (rule, version, cursor) VALUES (?, ?, ?)',
        ruleId,
        version,
        cursor,
      );
      for (const [key, body] of groups) {
        if (body === null) this.#db.run('DELETE FROM rule_group WHERE rule = ? AND key = ?', ruleId, key);
        else this.#db.run('INSERT OR REPLACE INTO rule_group (rule, key, body) VALUES (?, ?, ?)', ruleId, key, body);
      }
      for (const [id, body] of intents)
        this.#db.run('INSERT OR IGNORE INTO intent (id, rule, body) VALUES (?, ?, ?)', id, ruleId, body);
      for (const [t, body] of ticks)
        this.#db.run('INSERT OR REPLACE INTO tick (rule, t, body) VALUES (?, ?, ?)', ruleId, t, body);
      return version;
    });
  }

  dropRule(ruleId: string): Promise<void> {
    return this.#db.write(() => {
      for (const table of ['rule_state', 'rule_group', 'tick'])
        this.#db.run(`DELETE FROM ${table} WHERE rule = ?`, ruleId);
    });
  }

  async ticks(
    ruleId: string,
    from: number,
    to: number,
  ): Promise<readonly { readonly t: number; readonly body: Json }[]> {
    const rows = this.#db.all(
      'SELECT t, body FROM tick WHERE rule = ? AND t >= ? AND t <= ? ORDER BY t',
      ruleId,
      from,
      to,
    );
    return rows.map(row => ({ t: Number(row['t']), body: parse(row['body']) }));
  }

  async openIntents(): Promise<readonly StoredIntent[]> {
    const rows = this.#db.all('SELECT id, rule, body FROM intent WHERE consumed_at IS NULL ORDER BY seq');
    return rows.map(row => ({ id: text(row['id']), ruleId: text(row['rule']), body: parse(row['body']) }));
  }

  /** Rule by rule, in turns of their own: history may be large, and the event loop waits for each transaction. */
  async expire(before: number): Promise<void> {
    for (const row of this.#db.all('SELECT rule FROM rule_state')) {
      await this.#db.write(() => this.#db.run('DELETE FROM tick WHERE rule = ? AND t < ?', text(row['rule']), before));
    }
    await this.#db.write(() => this.#db.run('DELETE FROM intent WHERE consumed_at < ?', before));
  }
}
