/** What the header needs to know of the estate, kept by the shell's own live loads. */
import { signal } from '@preact/signals';

export const estate = signal<{ readonly demo: boolean; readonly firing: number }>({ demo: false, firing: 0 });
