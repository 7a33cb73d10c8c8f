import { VersionConflictError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { StoredIntent, StoredRuleState, TickCommit } from '../state-store.ts';
import type { StateDatabase } from './state-database.ts';
import { parse, text } from './state-rows.ts';

/** Rows of history one transaction drops at most. */
const ROWS_PER_TURN = 1000;

/** The instants ?1 <= t <= ?2 at which any rule has history, ascending: a seek each, whatever the number of rules. */
const INSTANTS = `WITH RECURSIVE instant (t) AS (
  SELECT * FROM (SELECT t FROM rule_tick WHERE t BETWEEN ?1 AND ?2 ORDER BY t LIMIT 1)
  UNION ALL
  SELECT (SELECT t FROM rule_tick WHERE t > instant.t AND t <= ?2 ORDER BY t LIMIT 1) FROM instant WHERE instant.t IS NOT NULL
)`;

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
      const version = this.#db.newVersion();
      // Comparing and writing in one statement: at thousands of rules a second each statement shows.
      const written =
        expected === null
          ? this.#db.change(
              'INSERT OR IGNORE INTO rule_state (rule, version, cursor) VALUES (?, ?, ?)',
              ruleId,
              version,
              cursor,
            )
          : this.#db.change(
              'UPDATE rule_state SET version = ?, cursor = ? WHERE rule = ? AND version = ?',
              version,
              cursor,
              ruleId,
              expected,
            );
      if (written === 0) throw new VersionConflictError(`state of rule ${ruleId} was changed meanwhile`);
      for (const [key, body] of groups) {
        if (body === null) this.#db.run('DELETE FROM rule_group WHERE rule = ? AND key = ?', ruleId, key);
        else this.#db.run('INSERT OR REPLACE INTO rule_group (rule, key, body) VALUES (?, ?, ?)', ruleId, key, body);
      }
      for (const [id, body] of intents)
        this.#db.run('INSERT OR IGNORE INTO intent (id, rule, body) VALUES (?, ?, ?)', id, ruleId, body);
      for (const [t, body] of ticks)
        this.#db.run('INSERT OR REPLACE INTO rule_tick (t, rule, body) VALUES (?, ?, ?)', t, ruleId, body);
      return version;
    });
  }

  /** History first, in turns of its own; the state goes last, so that what a crash leaves behind is still found by its state. */
  async dropRule(ruleId: string): Promise<void> {
    let from: number | null = 0;
    while (from !== null) from = await this.#dropTicks(ruleId, from);
    await this.#db.write(() => {
      for (const table of ['rule_state', 'rule_group']) this.#db.run(`DELETE FROM ${table} WHERE rule = ?`, ruleId);
    });
  }

  async ticks(
    ruleId: string,
    from: number,
    to: number,
  ): Promise<readonly { readonly t: number; readonly body: Json }[]> {
    const rows = this.#db.all(
      `${INSTANTS} SELECT t, body FROM instant CROSS JOIN rule_tick USING (t) WHERE rule = ?3`,
      from,
      to,
      ruleId,
    );
    return rows.map(row => ({ t: Number(row['t']), body: parse(row['body']) }));
  }

  async openIntents(): Promise<readonly StoredIntent[]> {
    const rows = this.#db.all('SELECT id, rule, body FROM intent WHERE consumed_at IS NULL ORDER BY seq');
    return rows.map(row => ({ id: text(row['id']), ruleId: text(row['rule']), body: parse(row['body']) }));
  }

  /** In turns of their own: history may be large, and the event loop waits for each transaction. */
  async expire(before: number): Promise<void> {
    const some = `SELECT t, rule FROM rule_tick WHERE t < ? ORDER BY t, rule LIMIT ${ROWS_PER_TURN}`;
    const turn = () => this.#db.change(`DELETE FROM rule_tick WHERE (t, rule) IN (${some})`, before);
    while ((await this.#db.write(turn)) === ROWS_PER_TURN);
    await this.#db.write(() => this.#db.run('DELETE FROM intent WHERE consumed_at < ?', before));
  }

  /** Forgets a rule's history of the next instants from `from`; returns where to go on, null at the end. */
  #dropTicks(ruleId: string, from: number): Promise<number | null> {
    return this.#db.write(() => {
      const instants = this.#db.all(
        `${INSTANTS} SELECT t FROM instant WHERE t IS NOT NULL LIMIT ${ROWS_PER_TURN}`,
        from,
        Number.MAX_SAFE_INTEGER,
      );
      for (const { t } of instants) this.#db.run('DELETE FROM rule_tick WHERE t = ? AND rule = ?', Number(t), ruleId);
      return instants.length < ROWS_PER_TURN ? null : Number(instants.at(-1)?.['t']) + 1;
    });
  }
}
