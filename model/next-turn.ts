/** Resolves in the next turn of the event loop: requests and timers come between two slices of long work. */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
