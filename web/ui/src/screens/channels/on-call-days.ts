/** Days and colours of the on-call band. */

/** Colours of the band, the series of charts. */
const COLOURS = 6;

/** Midnights of the browser's zone within the range. */
export function localMidnights(from: number, to: number): readonly number[] {
  const found: number[] = [];
  const day = new Date(from);
  day.setHours(0, 0, 0, 0);
  while (day.getTime() < to) {
    if (day.getTime() >= from) found.push(day.getTime());
    // Days of a change of clocks are not 24 hours long.
    day.setDate(day.getDate() + 1);
  }
  return found;
}

/** A colour from 1 for each group of members in the order in which they come; nobody has none. */
export function coloursOf(spans: readonly { readonly members: readonly string[] }[]): ReadonlyMap<string, number> {
  const colours = new Map<string, number>();
  for (const { members } of spans) {
    const who = members.join(', ');
    if (who !== '' && !colours.has(who)) colours.set(who, (colours.size % COLOURS) + 1);
  }
  return colours;
}
