/** What every screen may know of the daemon, kept up to date by the shell's own live loads. */
import { signal } from '@preact/signals';
import type { Status } from '../api/estate.ts';

export const estate = signal<{
  /** Undefined until the first answer. */
  readonly status: Status | undefined;
  readonly firing: number;
}>({ status: undefined, firing: 0 });
