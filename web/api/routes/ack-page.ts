/** The page behind an acknowledgement link: plain HTML without scripts, Chinese and English, fit for a phone. Pure. */
import { escapeMarkup } from '../../../model/markup.ts';

export interface AckPage {
  /** What the alert says of itself in one line; null when it is over. */
  readonly alert: string | null;
  readonly acked: { readonly by: string; readonly until: number } | null;
  /** Whom the form names unless somebody else is written into it. */
  readonly by: string;
  /** True right after the form was sent. */
  readonly done: boolean;
}

/** The whole document. */
export function ackPage(page: AckPage): string {
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>tidewatch · 认领告警 Acknowledge</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem;color:#1c2330;background:#fff}
button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#1456b8;color:#fff;width:100%}
input{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;margin:.25rem 0 1rem}p.alert{font-weight:600;overflow-wrap:anywhere}</style></head>
<body><h1>认领告警 Acknowledge</h1>
${content(page)}
</body></html>`;
}

function content({ alert, acked, by, done }: AckPage): string {
  if (alert === null) return '<p>该告警已结束，无需认领。This alert is over; there is nothing to acknowledge.</p>';
  const about = `<p class="alert">${escapeMarkup(alert)}</p>`;
  const state =
    acked === null
      ? ''
      : `<p>${escapeMarkup(acked.by)} 已认领，有效至 has acknowledged it until ${new Date(acked.until).toISOString()}</p>`;
  if (done) return `${about}${state}`;
  return `${about}${state}
<form method="post"><label>姓名 Your name<input name="by" maxlength="200" value="${escapeMarkup(by)}"></label>
<button type="submit">认领 Acknowledge</button></form>
<p>认领后停止重复通知与升级，直到恢复、级别升高或到期。Repeats and escalation stop until it resolves, grows worse or the time is over.</p>`;
}
