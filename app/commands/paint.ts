import { styleText } from 'node:util';
import type { Paint } from '../../lineage/formats/text.ts';

/** Colours where somebody looks at a terminal that has them (NO_COLOR and FORCE_COLOR count); plain text in files and pipes. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}
