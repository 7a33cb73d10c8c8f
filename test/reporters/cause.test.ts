import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Message } from '../../alerting/notify/message.ts';
import { renderHtml } from '../../reporters/email-render.ts';
import { renderText } from '../../reporters/email-text.ts';
import { outline } from '../../reporters/outline.ts';
import { renderPayload } from '../../reporters/webhook-payload.ts';
import { sampleAlert, sampleMessage } from './samples.ts';

const CAUSE = { zh: '下游存储慢（80 %）', en: 'Slow sink (80 %)' };
const MESSAGE = sampleMessage({ alerts: [{ ...sampleAlert(), cause: CAUSE }] });

describe('the likeliest cause', () => {
  test('is the first thing a chat message says of an alert, in the language of the channel', () => {
    for (const [lang, text] of [
      ['zh', CAUSE.zh],
      ['en', CAUSE.en],
      ['both', `${CAUSE.zh} / ${CAUSE.en}`],
    ] as const) {
      assert.equal(outline(MESSAGE, lang).rows[0]?.lines[0]?.text, text);
    }
  });

  const RENDERED: readonly [string, (message: Message) => string][] = [
    ['the text of a mail', message => renderText(message, 'en')],
    ['the HTML of a mail', message => renderHtml(message, 'subject', [], 'en')],
    ['a webhook', message => renderPayload(message, 1_000_000)],
  ];
  for (const [name, render] of RENDERED) {
    test(`is in ${name}, and where none is known nothing is said of it`, () => {
      assert.ok(render(MESSAGE).includes(CAUSE.en));
      assert.ok(!/cause/i.test(render(sampleMessage())));
    });
  }
});
