import { userInfo } from 'node:os';

/** Who runs the command, as the machine knows them; '' where it knows nobody, as in some containers. */
export function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
