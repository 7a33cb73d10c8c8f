/** What a page comes to show, however late it paints: asked again until it holds. */
import type { Locator } from 'playwright-core';
import { until } from '../support/until.ts';

/** Resolves once the element's text matches every pattern. */
export async function says(element: Locator, ...patterns: readonly RegExp[]): Promise<void> {
  let text = '';
  const holds = async (): Promise<boolean> => {
    text = await element.innerText();
    return patterns.every(pattern => pattern.test(text));
  };
  await until(`a text like ${patterns.join(' ')}`, holds, undefined, () => text);
}

/** Resolves once there are exactly so many elements. */
export async function counts(elements: Locator, expected: number): Promise<void> {
  let seen = -1;
  const holds = async (): Promise<boolean> => {
    seen = await elements.count();
    return seen === expected;
  };
  await until(`${expected} of ${elements}`, holds, undefined, () => seen);
}
