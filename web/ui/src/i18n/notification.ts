/** Words of the forms about who is told, of the audit trail, of the import and of generated rules: in the chunks of their screens. */
import { notification as en } from './en/notification.ts';
import { language } from './language.ts';
import { notification as zh } from './zh/notification.ts';

/** The catalogue in force; subscribes to the language as `words` does. */
export function notificationWords(): typeof en {
  return language() === 'zh' ? zh : en;
}
