/** What the suites of all stores share. */
import { test } from 'node:test';

/** Opens an empty store; `done` closes it and removes what it left. */
export type MakeStore<S> = () => Promise<{ readonly store: S; done(): Promise<void> }>;

/** A test with a store of its own. */
export function storeTest<S>(make: MakeStore<S>): (sentence: string, body: (store: S) => Promise<void>) => void {
  return (sentence, body) =>
    void test(sentence, async () => {
      const { store, done } = await make();
      try {
        await body(store);
      } finally {
        await done();
      }
    });
}
